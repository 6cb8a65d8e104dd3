import Table from 'cli-table3';
import { freshnessOf, systemClock } from '#lib/clock.ts';
import type { Env } from '#lib/env.ts';
import type { DataPaths } from '#lib/paths.ts';
import type { Attention, Snapshot } from '#holding/health/snapshot.ts';
import { lockOwner, type LockOwner } from '#ops/lock.ts';
import type { ServiceStatus } from '#ops/status.ts';
import { paint, printJson, runCommand } from './command.ts';
import { inWords } from './duration.ts';
import { readSnapshot } from './first-page.ts';
import { headline, lastKnown } from './headline.ts';
import { tunnelCommand, type PageAddress } from './page-address.ts';
import { runningServices, servedPage } from './running.ts';
import { readPlace } from './settings.ts';

/** A table without any line drawn. */
const noLines = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((name) => [name, name === 'middle' ? ' ' : '']),
);

await runCommand({
  name: 'npm run status',
  summary: 'what runs, how it is, and what waits for you; exit code 1 where nothing runs',
  help: [
    ['npm run status', 'for a person'],
    ['npm run status -- --json', 'one object, for scripts'],
  ],
  options: { json: { type: 'boolean' } },
  run: async ({ values, signal }) => {
    const { paths, ssh } = readPlace();
    const now = systemClock.now();
    const status = await look(paths, signal);
    if (values.json === true) printJson(asJson(status, now));
    else process.stdout.write(`${inLines(status, { ssh, now }).join('\n')}\n`);
    return status.services === null ? 1 : 0;
  },
});

interface Look {
  readonly owner: LockOwner | null;
  /** Null: no supervisor answers. */
  readonly services: readonly ServiceStatus[] | null;
  readonly page: PageAddress | null;
  readonly snapshot: Snapshot | null;
}

async function look(paths: DataPaths, signal: AbortSignal): Promise<Look> {
  const services = await runningServices(paths, signal);
  return {
    owner: lockOwner(paths),
    services,
    page: await servedPage(paths, services),
    snapshot: await readSnapshot(paths),
  };
}

/** Without a supervisor the last known state is no state of now, whatever it says. */
function asJson({ owner, services, page, snapshot }: Look, now: number): object {
  const isCurrent = services !== null && snapshot !== null && freshnessOf(snapshot, now) === 'fresh';
  return {
    running: services !== null,
    supervisor: owner,
    services: services ?? [],
    page: page?.url ?? null,
    overall: isCurrent ? snapshot.overall : null,
    lastKnown:
      snapshot === null ? null : { ...snapshot.overall, ageMs: now - snapshot.generatedAt, current: isCurrent },
    attention: snapshot?.attention ?? [],
  };
}

function inLines({ owner, services, page, snapshot }: Look, { ssh, now }: { ssh: Env['ssh']; now: number }): string[] {
  if (services === null) {
    return [...notRunning(owner), ...(snapshot === null ? [] : [`  ${lastKnown(snapshot, now)}`])];
  }
  return [
    headline(snapshot, services, now),
    '',
    serviceTable(services, now),
    '',
    ...whereItIs(page, ssh),
    ...attentionList(snapshot?.attention ?? []),
  ];
}

function notRunning(owner: LockOwner | null): string[] {
  if (owner === null) return [`${paint('red', '✗')} Omega does not run here.`, '  → Start it with npm start.'];
  return [
    `${paint('red', '✗')} Process ${owner.pid ?? '(just begun)'} holds Omega's lock and does not answer.`,
    '  → A start or a stop may be going on: look again in a moment, or end it with npm run stop.',
  ];
}

function serviceTable(services: readonly ServiceStatus[], now: number): string {
  const table = new Table({
    head: ['service', 'state', 'process', 'since', 'restarts', 'last exit'],
    style: { head: [], border: [], compact: true },
    chars: noLines,
  });
  for (const { name, state, pid, since, restarts, recentRestarts, lastExit } of services) {
    const shownState = state === 'ready' ? paint('green', state) : paint('yellow', state);
    const shownRestarts = recentRestarts === 0 ? `${restarts}` : `${restarts} (${recentRestarts} in 10 m)`;
    table.push([name, shownState, pid ?? '–', inWords(now - since), shownRestarts, lastExit ?? '–']);
  }
  return table.toString();
}

function whereItIs(page: PageAddress | null, ssh: Env['ssh']): string[] {
  if (page === null) return ['The page is not served now.'];
  const tunnel = tunnelCommand({ ssh }, page);
  return [`The page: ${page.url}`, ...(tunnel === null ? [] : [`From your own machine: ${tunnel}`])];
}

function attentionList(attention: readonly Attention[]): string[] {
  if (attention.length === 0) return [];
  const items = attention.flatMap(({ what, why, command, minutes }) => [
    `  ${paint('yellow', '•')} ${what}: ${why}`,
    `    → ${command} (${minutes} min)`,
  ]);
  return ['', paint('bold', 'Waits for you'), ...items];
}
