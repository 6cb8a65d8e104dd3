import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Outcome } from '#holding/report/outbox.ts';
import type { Report } from '#holding/report/trend/report.ts';
import reportSend from '#jobs/report-send.ts';
import trendReport from '#jobs/trend-report.ts';
import type { Omega } from '#jobs/omega.ts';
import type { JobContext } from '#queue/job.ts';
import { openPostRoom, signal, type PostRoom } from '../support/outbox.ts';

interface Asked {
  readonly name: string;
  readonly delayMs: number | undefined;
}

function contextOf(
  omega: Partial<Omega>,
  { clock }: PostRoom,
): JobContext<Omega> & { readonly asked: Asked[]; readonly said: string[] } {
  const [asked, said]: [Asked[], string[]] = [[], []];
  return {
    asked,
    said,
    signal,
    log: (line) => said.push(line),
    progress: () => {},
    enqueue: async (name, _input, { delayMs } = {}) => {
      asked.push({ name, delayMs });
      return name;
    },
    clock,
    scheduledAt: clock.now(),
    reason: 'tick',
    omega: omega as Omega,
  };
}

test('a run seals what is due, sends it, and has the page show it', async () => {
  using room = openPostRoom();
  room.due.push('incident/1', 'incident/2');
  const context = contextOf(room, room);
  expect(await reportSend.run({}, context)).toEqual({ sealed: 2, accepted: 2, waiting: 0, dead: 0 });
  expect(context.said).toEqual(['Sealed 2, sent 2; 0 wait']);
  expect(context.asked).toEqual([{ name: 'heartbeat', delayMs: undefined }]);
});

test('what keeps the next one from being sealed does not keep back what is sealed', async () => {
  using room = openPostRoom();
  room.due.push('incident/1');
  await room.outbox.sealDue(signal);
  room.due.push('incident/2');
  await writeFile(room.paths.reportSigningKey, 'damaged');
  await expect(reportSend.run({}, contextOf(room, room))).rejects.toMatchObject({ code: 'E_SIGNING_KEY' });
  expect(room.outbox.find(1)).toMatchObject({ state: 'accepted' });
});

test('where there is nothing to do it asks for nothing', async () => {
  using room = openPostRoom();
  const context = contextOf(room, room);
  expect(await reportSend.run({}, context)).toEqual({ sealed: 0, accepted: 0, waiting: 0, dead: 0 });
  expect(context.asked).toEqual([]);
});

test.each<[string, Outcome, Asked[]]>([
  [
    'soon it comes back for it',
    { kind: 'unreachable', why: 'no connection' },
    [{ name: 'report-send', delayMs: 5000 }],
  ],
  ['late the next tick sees to it', { kind: 'wait', ms: 3_600_000 }, []],
])('where something is to be tried %s', async (_what, outcome, asked) => {
  using room = openPostRoom();
  room.due.push('incident/1');
  room.outcomes.push(outcome);
  await room.outbox.sealDue(signal);
  const context = contextOf(room, room);
  expect(await reportSend.run({}, context)).toMatchObject({ accepted: 0, waiting: 1 });
  expect(context.asked).toEqual(asked);
});

test('runs that come at once for the same reason ask for the same next one, so that they do not multiply', async () => {
  using room = openPostRoom();
  room.due.push('incident/1', 'incident/2', 'incident/3');
  room.outcomes.push(...Array.from({ length: 9 }, () => ({ kind: 'unreachable', why: 'no connection' }) as const));
  const ids: (string | undefined)[] = [];
  const context: JobContext<Omega> = {
    ...contextOf(room, room),
    enqueue: async (name, _input, { id } = {}) => {
      if (name === 'report-send') ids.push(id);
      return name;
    },
  };
  for (const _tick of [1, 2, 3]) await reportSend.run({}, context);
  expect(ids).toHaveLength(3);
  expect(ids[0]).toBeDefined();
  expect(ids[1]).toBe(ids[2]);
});

test('an acknowledgement, a resend, a canary and a new key are runs of it as well', async () => {
  using room = openPostRoom();
  const run = (input: unknown): Promise<unknown> => reportSend.run(input, contextOf(room, room));
  expect(await run({ do: 'canary' })).toMatchObject({ sealed: 1, accepted: 1 });
  expect(room.outbox.find(1)).toMatchObject({ ref: 'canary/2026-03-03T12:00:00.000Z', kind: 'canary' });
  const { receipt } = await room.open(await room.outbox.read(1));
  expect(await run({ do: 'ack', seq: 1, code: 'AAAAAAAA' })).toMatchObject({ ack: 'wrong-code' });
  expect(await run({ do: 'ack', seq: 1, code: receipt })).toMatchObject({ ack: 'acknowledged' });
  expect(await run({ do: 'resend', seq: 1 })).toMatchObject({ accepted: 1 });
  expect(await run({ do: 'rotate' })).toEqual({ epoch: 2 });
});

test('a canary that is asked for again by the same run is not sealed again', async () => {
  using room = openPostRoom();
  const context = contextOf(room, room);
  await reportSend.run({ do: 'canary' }, context);
  await reportSend.run({ do: 'canary' }, context);
  expect(room.outbox.parcels()).toHaveLength(1);
});

test('an acknowledgement without its number or code is refused', () => {
  using room = openPostRoom();
  expect(() => reportSend.run({ do: 'ack', seq: 1 }, contextOf(room, room))).toThrow('code is missing');
  expect(() => reportSend.run({ do: 'resend' }, contextOf(room, room))).toThrow('seq is missing');
});

test.each([
  ['a trend report that was written is sent', { changed: true, example: false }, ['heartbeat', 'report-send']],
  ['an example is not', { changed: true, example: true }, ['heartbeat']],
  ['nor is one that says what it said before', { changed: false, example: false }, []],
])('%s', async (_what, { changed, example }, asked) => {
  using room = openPostRoom();
  const report = { id: '2026-03-03-trends', claims: [], belowLimit: [], gaps: [], example } as unknown as Report;
  const desk = {
    mandate: 'anything',
    readDocuments: async () => '',
    readFeeds: async () => '',
    searchTopics: async () => '',
    compare: async () => report,
    write: async () => ({ changed, files: [] }),
    remember: async () => '',
    [Symbol.asyncDispose]: async () => {},
  };
  const context = contextOf({ trends: { open: async () => desk } }, room);
  await trendReport.run({}, context);
  expect(context.asked.map(({ name }) => name)).toEqual(asked);
});
