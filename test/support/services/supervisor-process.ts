import { once } from 'node:events';
import { serveControl } from '#ops/control.ts';
import { takeLock } from '#ops/lock.ts';
import { startSupervisor } from '#ops/supervisor.ts';
import { fixtureService, settingsFor } from '../ops.ts';

/** A whole supervisor in a process of its own, so that tests can kill it: `supervisor-process.ts DATA_FOLDER`. */
const settings = settingsFor(process.argv[2] ?? '');
await using _lock = await takeLock(settings.paths, { pid: process.pid, startedAt: Date.now(), byUnit: false });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await using supervisor = await startSupervisor({
  services: [fixtureService('first', 'parent'), fixtureService('second', 'good', { dependsOn: ['first'] })],
  settings,
  onChange: () => {},
  onTrouble: (reason) => process.stderr.write(`${reason}\n`),
});
await using _control = await serveControl(settings.paths.controlSocket, {
  ...supervisor,
  requestStop: () => stop.abort(),
});
await once(stop.signal, 'abort');
