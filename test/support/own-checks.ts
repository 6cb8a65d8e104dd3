import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import type { Check, Told } from '#holding/health/check.ts';
import { buildChecks } from '#holding/health/own/build.ts';
import { parseChecks, type ParsedChecks } from '#holding/health/own/checks-file.ts';
import { createConnections, type Connections } from '#holding/health/own/http-ask.ts';
import type { Known } from '#holding/health/own/relations.ts';
import { lookAt } from '#holding/health/look.ts';
import { systemClock } from '#lib/clock.ts';
import { compileSchedule } from '#queue/schedule.ts';
import { probesOf, say } from './health.ts';

/** Schedules as the queue reads them. */
export function nextOf(pattern: string, timezone: string, after: number): number {
  const schedule = { cron: pattern, timezone: 'local', daylightSaving: 'once' } as const;
  return compileSchedule('checks.yaml', schedule, { localTimezone: timezone, now: after }).after(after) ?? Infinity;
}

/** What an owner's file is held against, on a machine in Amsterdam. */
export function knownOf(change: Partial<Known> = {}): Known {
  const builtIn = ['egress', 'disk', 'redis'];
  return { builtIn, variable: () => undefined, nextOf, timezone: 'Europe/Amsterdam', ...change };
}

/** The faults of a file; none where it is well. */
export function faultsIn(text: string, change: Partial<Known> = {}): readonly string[] {
  const parsed: ParsedChecks = parseChecks(text, knownOf(change));
  return parsed.ok ? [] : parsed.faults;
}

const shared: Connections = createConnections();

/** The check that an entry of the owner's file makes. */
export function checkOf(entry: Readonly<Record<string, unknown>>, change: Partial<Known> = {}): Check {
  const known = knownOf(change);
  const parsed = parseChecks(JSON.stringify({ checks: [{ id: 'mine', ...entry }] }), known);
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  const [check] = buildChecks(parsed.file, { ...known, connections: shared, cwd: tmpdir() });
  if (check === undefined) throw new Error('no check');
  return check;
}

/** Looks once as a heartbeat does, with its time-out, in English. */
export function look(check: Check, signal: AbortSignal = new AbortController().signal): Promise<Told> {
  return lookAt(check, { clock: systemClock, probes: probesOf(), signal, secrets: [], say });
}

/** A server on loopback, gone with all of its connections when it is disposed. */
export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  /** How many connections were made to it. */
  readonly connections: () => number;
}

/** Speaks HTTP. */
export function httpServer(listener: RequestListener, host = '127.0.0.1'): Promise<LocalServer> {
  return listening(createHttpServer(listener), host);
}

/** Speaks whatever it is told to. */
export function rawServer(onSocket: (socket: Socket) => void): Promise<LocalServer> {
  return listening(createServer(onSocket), '127.0.0.1');
}

async function listening(server: Server, host: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, host), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections: () => count,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
