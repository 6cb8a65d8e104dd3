import type { Check, Told } from '#holding/health/check.ts';
import checksFile from '#holding/health/checks/checks-file.ts';
import { lookAt } from '#holding/health/look.ts';
import type { State } from '#holding/health/snapshot.ts';
import { stateOf } from '#holding/health/state/evidence.ts';
import { systemClock } from '#lib/clock.ts';
import { OmegaError } from '#lib/errors.ts';
import { sayIn } from '#lib/language.ts';
import { paint, plain, printJson } from './command.ts';
import { buildOmega, openQueueClient, type QueueClient } from './construct.ts';
import { marks, requireKnown, requireWords, type Use } from './health-by-hand.ts';
import { readSettings } from './settings.ts';
import { allSecrets } from './tool-servers.ts';

/** Well, or nothing that one could be: of these a script goes on. */
const fine: ReadonlySet<Told['status']> = new Set(['ok', 'off']);

/** Looks at one check from this process, beside whatever runs; nothing is decided or kept. */
export async function runCheck({ words, values, signal }: Use): Promise<number> {
  requireWords('run', words, 1);
  const [id = ''] = words;
  const settings = readSettings();
  await using client = await queueIfThere();
  await using parts = await buildOmega({ settings, queues: client?.queues ?? null });
  const checks = parts.checks();
  requireKnown(
    id,
    checks.map((check) => check.id),
  );
  const check = checks.find((one) => one.id === id);
  if (check === undefined) return 2; // It was required above.
  const secrets = allSecrets(settings);
  const say = sayIn(settings.env.language);
  const startedAt = performance.now();
  const found = await lookAt(check, { clock: systemClock, probes: parts.probes, signal, secrets, say });
  const tookMs = Math.round((performance.now() - startedAt) * 10) / 10;
  const faults = id === checksFile.id ? (parts.probes.ownChecks()?.faults ?? []) : [];
  if (values.json) printJson({ check: id, ...found, ...(faults.length > 0 && { faults }), tookMs, kept: false });
  else show(check, found, { tookMs, name: say(check.name), faults });
  return fine.has(found.status) ? 0 : 1;
}

/** A check that asks the queue says itself that it is not there. */
async function queueIfThere(): Promise<QueueClient | null> {
  try {
    return await openQueueClient();
  } catch (error) {
    if (error instanceof OmegaError) return null;
    throw error;
  }
}

interface Shown {
  readonly tookMs: number;
  readonly name: string;
  /** All of them, where a reason has room for the first. */
  readonly faults: readonly string[];
}

function show(check: Check, found: Told, { tookMs, name, faults }: Shown): void {
  const state: State = stateOf[found.status];
  const [colour, shape] = marks[state];
  const latency = found.latencyMs === undefined ? '' : `  latency  ${found.latencyMs} ms\n`;
  const todo = found.todo === undefined ? '' : `  → ${plain(found.todo.what)}: ${plain(found.todo.command)}\n`;
  process.stdout.write(
    `${paint(colour, `${shape} ${found.status}`)}  ${paint('bold', check.id)} (${plain(name)}): ${plain(found.reason)}\n` +
      faults.map((fault) => `  ${paint('red', '✗')} ${plain(fault)}\n`).join('') +
      `${latency}  looking took ${tookMs} ms; nothing of it is kept.\n${todo}`,
  );
}
