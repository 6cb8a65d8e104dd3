import { z } from 'zod';
import { commandKeys } from './command.ts';
import { dnsKeys } from './dns.ts';
import { httpKeys } from './http-form.ts';
import { Id, line, span, whole, Zone } from './parts.ts';
import { processKeys } from './process.ts';
import { systemdKeys } from './systemd.ts';
import { tcpKeys } from './tcp.ts';
import { Window } from './windows.ts';

const yesOrNo = z.boolean({ error: 'must be true or false' }).default(false);

/** What every entry may say. */
const anyKeys = {
  id: Id,
  name: line(80).optional(),
  group: z.literal('mine', { error: 'can only be mine: the other groups are Omega’s own' }).default('mine'),
  failAfter: whole(1, 100).optional(),
  recoverAfter: whole(1, 100).optional(),
  /** Ids of other checks, Omega's own included: while one of them is not up, this one says nothing. */
  dependsOn: z.array(line(100)).max(20, 'has more than 20').default([]),
  urgent: yesOrNo,
  paused: yesOrNo,
  degradedOnly: yesOrNo,
  maintenance: z.array(Window).max(50, 'has more than 50').default([]),
};

/** What every entry that is looked at may say. By hand a heartbeat waits for its slowest look, and must end within half a minute. */
const lookKeys = {
  ...anyKeys,
  every: span('1s', '7d').prefault('1m'),
  timeout: span('100ms', '20s').prefault('10s'),
};

/** What an entry of the kind `push` says besides: it is not looked at, it tells. */
const pushKeys = {
  ...anyKeys,
  kind: z.literal('push'),
  every: span('1s', '366d').optional(),
  /** Five fields: minute, hour, day, month, weekday. */
  schedule: line(100)
    .regex(/^\S+( +\S+){4}$/, 'must have five fields: minute hour day month weekday')
    .optional(),
  timezone: Zone.optional(),
  grace: span('1s', '30d').prefault('5m'),
  maxRun: span('1s', '30d').optional(),
};

const shapes = {
  http: { ...lookKeys, ...httpKeys },
  tcp: { ...lookKeys, ...tcpKeys },
  dns: { ...lookKeys, ...dnsKeys },
  process: { ...lookKeys, ...processKeys },
  systemd: { ...lookKeys, ...systemdKeys },
  command: { ...lookKeys, ...commandKeys },
  push: pushKeys,
};

/** What can be held against an entry whose kind is not known. */
export const AnyEntry = z.looseObject(anyKeys);

/** The kinds of checks that an owner can declare. */
export const kinds = Object.keys(shapes);

const Entry = z.discriminatedUnion('kind', [
  z.strictObject(shapes.http),
  z.strictObject(shapes.tcp),
  z.strictObject(shapes.dns),
  z.strictObject(shapes.process),
  z.strictObject(shapes.systemd),
  z.strictObject(shapes.command),
  z.strictObject(shapes.push),
]);
export type Entry = z.infer<typeof Entry>;

/** The whole file. */
export const ChecksFile = z.strictObject({
  maintenance: z.array(Window).max(50, 'has more than 50').default([]),
  checks: z.array(Entry),
});
export type ChecksFile = z.infer<typeof ChecksFile>;

/** The names that are known at a place of the file, to find the one that was meant. */
export function knownKeys(path: readonly PropertyKey[], kind: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(ChecksFile.shape);
  if (path.includes('maintenance')) return ['days', 'from', 'to'];
  const shape = Object.entries(shapes).find(([name]) => name === kind)?.[1];
  return Object.keys(shape ?? anyKeys);
}
