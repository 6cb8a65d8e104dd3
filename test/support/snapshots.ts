import type { Change, CheckView, OutboxView, Snapshot, State } from '#holding/health/snapshot.ts';
import { jobs, queues, reports, units } from './snapshot-lists.ts';

type Group = 'daemons' | 'jobs' | 'host' | 'tools' | 'units' | 'mine';

/** When every scene below was looked at, unless a test says otherwise. */
export const sceneTime = Date.UTC(2025, 10, 22, 8, 41, 6);

const minute = 60_000;
const day = 86_400_000;

/** A check as it stands in a snapshot: up for 70 days with one bad day, unless said otherwise. */
export function checkView(name: string, change: Partial<CheckView> = {}): CheckView {
  const seed = Buffer.from(name).reduce((sum, byte) => sum + byte, 0);
  return {
    id: name.toLowerCase().replaceAll(/\W+/g, '-'),
    name,
    group: 'daemons',
    state: 'up',
    since: sceneTime - (20 + (seed % 40)) * day,
    lastSeen: sceneTime,
    expectedNext: sceneTime + minute,
    reason: 'answers as it should',
    latencyMs: 2 + (seed % 30),
    latencies: Array.from({ length: 30 }, (_, index) => (2 + (seed % 30)) * (0.6 + ((index * index * seed) % 17) / 20)),
    blockedBy: null,
    days90: [
      { state: 'new', days: 20 },
      { state: 'up', days: 30 + (seed % 30) },
      { state: seed % 2 === 0 ? 'down' : 'degraded', days: 1 },
      { state: 'up', days: 39 - (seed % 30) },
    ],
    uptime90: 0.9997,
    ...change,
  };
}

/** A snapshot around these checks; its overall state is that of the worst unless said. */
export function snapshotOf(checks: readonly CheckView[], change: Partial<Snapshot> = {}): Snapshot {
  const at = change.generatedAt ?? sceneTime;
  return {
    version: 1,
    language: 'en',
    generatedAt: at,
    staleAfter: at + 2.5 * minute,
    seq: 4711,
    overall: { state: 'up', headline: 'All well', since: at - 3 * day },
    checks: [...checks],
    incidents: [],
    units: units(at),
    lastAction: { at: at - 3 * 3_600_000, unit: 'Marketing', what: 'trend-report done' },
    undelivered: 0,
    changes: [],
    attention: [],
    jobs: jobs(at),
    queues: queues(),
    reports: reports(at),
    outbox: outboxView(at),
    memory: null,
    host: {
      name: 'nuc',
      version: '0.1.0',
      timezone: 'Europe/Amsterdam',
      bootedAt: at - 41 * day,
      startedAt: at - 3 * day,
      network: null,
    },
    ...change,
  };
}

/** An outbox that has something of everything. */
export function outboxView(at = sceneTime, change: Partial<OutboxView> = {}): OutboxView {
  const counts = { sealed: 42, sent: 41, acknowledged: 38, overdue: 2, dead: 1, waiting: 0, heldBack: 0 };
  const last = { verified: true, lastSeq: 42, lastSealedAt: at - 3 * 3_600_000, fault: null };
  return { recipients: 2, plaintext: [], ...counts, ...last, ...change };
}

const firstDay: Partial<CheckView> = {
  since: sceneTime - 8 * minute,
  days90: [
    { state: 'new', days: 89 },
    { state: 'up', days: 1 },
  ],
  uptime90: 1,
  latencies: [4, 5, 4, 6, 4, 4, 5, 4],
};

/** What the page must be able to show; each is looked at in a browser. */
export const scenes = {
  firstDay: () =>
    snapshotOf(
      builtIn(() => firstDay),
      {
        overall: { state: 'up', headline: 'All well', since: sceneTime - 8 * minute },
        attention: [ping],
      },
    ),
  oneDown,
  words: longWords,
  tools,
  memory: () => snapshotOf(builtIn(), { memory: remembered }),
  thirty: () => hundred(30),
  hundred: () => hundred(100),
  unknown: () =>
    snapshotOf(
      builtIn(() => unknownCheck),
      {
        overall: { state: 'unknown', headline: 'Nothing could be looked at', since: sceneTime - 12 * minute },
        jobs: null,
        queues: null,
        changes: null,
        reports: null,
        outbox: null,
        units: null,
        lastAction: null,
      },
    ),
  empty: () =>
    snapshotOf([], {
      overall: { state: 'unknown', headline: 'No check has reported yet', since: sceneTime },
      jobs: [],
      queues: [],
      units: [],
      lastAction: null,
      memory: { ...remembered, counts: [], newThisWeek: 0, newThisMonth: 0, lastWriteAt: null, lastRecall: null },
    }),
} satisfies Record<string, () => Snapshot>;

/** More kinds than a telephone has room for. */
const remembered: NonNullable<Snapshot['memory']> = {
  counts: ['trend', 'fact', 'decision', 'mandate', 'incident', 'reflection'].flatMap((kind, index) => [
    { unit: 'marketing', kind, records: 1204 - 200 * index },
    { unit: 'holding', kind, records: 7 * index },
  ]),
  newThisWeek: 31,
  newThisMonth: 120,
  lastWriteAt: sceneTime - 130 * minute,
  lastRecall: { at: sceneTime - 20 * minute, tookMs: 8.4 },
  index: { space: 'local-4grams-1024-v1', next: null, pending: 0, fault: null },
};

const ping = {
  what: 'Tell someone else when this machine goes dark',
  why: 'Nobody hears of it when the whole machine stops: OMEGA_PING_URL is not set.',
  command: 'npm run setup',
  minutes: 3,
};

const disk = {
  what: 'Make room on the disk',
  why: 'It is 91 % full.',
  command: 'du -xh / | sort -h | tail -20',
  minutes: 10,
};

const key = {
  what: 'Get a key of Brave',
  why: 'Searches the web: BRAVE_API_KEY is not set',
  command: 'nano .env',
  minutes: 5,
};

const unknownCheck: Partial<CheckView> = {
  state: 'unknown',
  since: sceneTime - 12 * minute,
  lastSeen: sceneTime - 12 * minute,
  reason: 'the monitor was off',
  latencyMs: null,
  latencies: [],
  uptime90: null,
  days90: [
    { state: 'new', days: 80 },
    { state: 'unknown', days: 10 },
  ],
};

function builtIn(change: (name: string) => Partial<CheckView> = () => ({})): CheckView[] {
  const of = (group: Group, name: string, reason: string): CheckView =>
    checkView(name, { group, reason, ...change(name) });
  return [
    of('daemons', 'Redis', 'process 1311 is ready'),
    of('daemons', 'Worker', 'process 1312 is ready'),
    of('daemons', 'Edge', 'process 1313 is ready'),
    of('jobs', 'Queue', 'a canary job came back in 4 ms'),
    of('jobs', 'Scheduler', '4 of 4 jobs in time'),
    of('jobs', 'Backlog', 'nothing waits, no dead letters'),
    of('host', 'Disk', '38 % of 476 GB used'),
    of('host', 'RAM', '2.1 of 16 GB used'),
    of('host', 'Load', '0.31 a core'),
    of('host', 'Network', '2 of 2 addresses answer'),
    of('host', 'Page', 'drawn 6 s ago'),
  ];
}

/** Of which all is used. */
const expiring: NonNullable<Snapshot['units']>[number] = {
  id: 'marketing',
  name: 'Marketing',
  mandate: { state: 'expiring', reason: 'approved until 1 Dec 2025', expiresAt: sceneTime + 9 * day },
  budgets: [
    { what: 'model calls today', used: 34, limit: 40 },
    { what: 'reports this month', used: 30, limit: 30 },
  ],
  lastReportAt: sceneTime - 3 * 3_600_000,
};

function oneDown(): Snapshot {
  const since = sceneTime - 64 * minute;
  const changes: Record<string, Partial<CheckView>> = {
    Redis: { state: 'down', since, reason: 'exited with code 1 three times in 10 minutes', uptime90: 0.9871 },
    Queue: { state: 'blocked', since, reason: 'no answer within 5 s', blockedBy: 'redis', latencyMs: null },
    Scheduler: { state: 'blocked', since, reason: 'Redis refused the connection', blockedBy: 'redis', latencyMs: null },
    Backlog: { state: 'unknown', since, reason: 'could not look', latencyMs: null, latencies: [] },
    Disk: { state: 'degraded', since, reason: '91 % of 476 GB used', uptime90: 0.9 },
  };
  const [heartbeat, ...otherJobs] = jobs(sceneTime);
  return snapshotOf(
    builtIn((name) => changes[name] ?? {}),
    {
      overall: { state: 'down', headline: 'Redis is down', since },
      queues: null,
      jobs: [{ ...heartbeat, lastOutcome: 'failed', deadlineAt: sceneTime - minute }, ...otherJobs],
      attention: [disk, ping, key, { ...key, what: 'Get a token of GitHub' }, { ...key, what: 'Sign in at Google' }],
      undelivered: 2,
      changes: [
        became('network', ['up', 'down', 'no address answered'], 21),
        became('network', ['down', 'up', '2 of 2 addresses answer'], 20.9),
        became('disk', ['up', 'degraded', '91 % of 476 GB used'], 64 / 60),
        became('redis', ['up', 'down', 'exited with code 1 three times in 10 minutes'], 64 / 60),
        became('queue', ['up', 'blocked', 'Redis is the cause'], 64 / 60),
        became('scheduler', ['up', 'blocked', 'Redis is the cause'], 64 / 60),
        became('backlog', ['up', 'unknown', 'could not look'], 63 / 60),
      ],
      units: [expiring],
      incidents: [
        {
          ...incident(2, { name: 'Redis', state: 'down', from: since, to: null, reason: 'exited with code 1 thrice' }),
          affected: ['Queue', 'Scheduler'],
        },
        incident(1, {
          name: 'Network',
          state: 'down',
          from: since - 9 * day,
          to: since - 9 * day + 41_000,
          reason: 'no address answered',
        }),
      ],
    },
  );
}

function became(check: string, [from, to, reason]: readonly [State, State, string], hoursAgo: number): Change {
  return { check, from, to, at: sceneTime - hoursAgo * 3_600_000, reason };
}

/** Every way in which a tool server or a unit can stand, beside a host that is well. */
function tools(): Snapshot {
  const since = sceneTime - 64 * minute;
  const quiet = { latencyMs: null, latencies: [] };
  const never: Partial<CheckView> = { ...quiet, uptime90: null, days90: [{ state: 'off', days: 90 }] };
  const of = (name: string, change: Partial<CheckView>): CheckView => checkView(name, { group: 'tools', ...change });
  const quarantine = 'Held back, for it changed since it was approved: read_note: description';
  return snapshotOf(
    [
      of('Tool servers', { reason: 'mcp.json names 5 servers', ...quiet }),
      of('Filesystem', { reason: 'Asleep; answered 3 min ago', ...quiet }),
      of('Brave Search', { state: 'off', reason: 'Searches the web: BRAVE_API_KEY is not set', ...never }),
      of('GitHub', { state: 'degraded', since, reason: 'The token ends in 3 days' }),
      of('Notes', { state: 'down', since, reason: quarantine }),
      of('Calendar', { state: 'off', reason: 'Disabled in mcp.json', ...quiet }),
      checkView('Marketing', { group: 'units', state: 'off', reason: 'Has made no report yet', ...never }),
      checkView('Disk', { group: 'host', reason: '38 % of 476 GB used' }),
    ],
    {
      overall: { state: 'degraded', headline: 'Notes cannot be used', since },
      attention: [
        { what: 'Look at what changed in Notes', why: quarantine, command: 'npm run mcp -- approve notes', minutes: 5 },
        key,
      ],
      reports: [],
    },
  );
}

function incident(
  id: number,
  facts: { name: string; state: State; from: number; to: number | null; reason: string },
): Snapshot['incidents'][number] {
  const detectedAt = facts.from + 12_000;
  return { id, check: facts.name.toLowerCase(), detectedAt, affected: [], ...facts };
}

function longWords(): Snapshot {
  const long =
    'the certificate of shop.example could not be verified because the chain that the server sent lacks its intermediate, and '.repeat(
      4,
    );
  const unbroken = `https://shop.example/${'a1b2c3d4'.repeat(24)}`;
  const checks = [
    checkView('A check with an uncommonly long name that goes on and on', {
      group: 'mine',
      state: 'degraded',
      reason: long,
    }),
    checkView('Unbroken', { group: 'mine', reason: unbroken }),
    checkView('Markup', {
      group: 'mine',
      state: 'late',
      reason: '<script>alert(1)</script><img src=x onerror=alert(1)> &amp;',
    }),
    checkView('"><b onmouseover=alert(1)>', {
      group: 'mine',
      state: 'flapping',
      reason: 'bell \u0007, escape \u001B[31mred, turned \u202Eelppa',
    }),
    checkView('Paused', { group: 'mine', state: 'paused', reason: 'by you' }),
    checkView('Maintenance', { group: 'mine', state: 'maintenance', reason: 'until 10:00' }),
    checkView('Brand new', { group: 'mine', state: 'new', reason: '', lastSeen: null, latencies: [], latencyMs: null }),
  ];
  return snapshotOf(checks, {
    overall: {
      state: 'degraded',
      headline: 'A check with an uncommonly long name that goes on and on is degraded',
      since: sceneTime - day,
    },
    attention: [{ what: 'Something long waits', why: long, command: `npm run something -- ${unbroken}`, minutes: 1 }],
  });
}

const service43 = {
  name: 'Service 43',
  state: 'down',
  from: sceneTime - 3 * minute,
  reason: 'no answer within 5 s',
} as const;

/** A day with more of them than the page tells. */
const busyDay: readonly Change[] = [
  ...[1, 2, 3, 4, 5].map((n) => became(`service-${n}`, ['up', 'unknown', 'the monitor was off'], 23)),
  ...[1, 2, 3, 4, 5].map((n) => became(`service-${n}`, ['unknown', 'up', '200 in 96 ms'], 22.4)),
  became('service-28', ['up', 'late', 'no call of its push URL by 04:10'], 20),
  became('service-28', ['late', 'up', 'told of success'], 19.2),
  became('service-21', ['maintenance', 'up', 'process 1313 is ready'], 12),
  became('service-12', ['up', 'degraded', '429: too many requests; to be tried again at 02:30'], 8.1),
  became('service-12', ['degraded', 'up', 'answers as it should'], 7.9),
  ...[13, 14].map((n) => became(`service-${n}`, ['up', 'blocked', 'Service 8 is the cause'], 6)),
  became('service-8', ['up', 'down', 'no answer within 5 s'], 6),
  ...[8, 13, 14].map((n) => became(`service-${n}`, [n === 8 ? 'down' : 'blocked', 'up', 'well'], 5.9)),
  became('service-30', ['up', 'degraded', 'certificate of shop.example ends in 13 days'], 2.2),
];

/** So many checks, one of them down where there are enough. */
export function hundred(count: number): Snapshot {
  const groups: readonly Group[] = ['daemons', 'jobs', 'tools', 'host', 'mine'];
  const checks = Array.from({ length: count }, (_, index) =>
    checkView(`Service ${index + 1}`, {
      group: groups[Math.floor((index * groups.length) / count)] ?? 'mine',
      reason: `200 in ${100 + index} ms, certificate good for ${20 + index} days`,
      ...(index === 42 ? { state: 'down', reason: service43.reason, since: service43.from } : {}),
    }),
  );
  const overall =
    count > 42
      ? ({ state: 'down', headline: 'Service 43 is down' } as const)
      : ({ state: 'up', headline: 'All well' } as const);
  return snapshotOf(checks, {
    overall: { ...overall, since: sceneTime - 3 * minute },
    attention: [ping, disk, key],
    changes: count > 28 ? [...busyDay] : [],
    memory: { ...remembered, counts: remembered.counts.slice(0, 4) },
    incidents: [
      ...(count > 42 ? [incident(2, { ...service43, to: null })] : []),
      incident(1, {
        name: 'Service 8',
        state: 'down',
        from: sceneTime - 9 * day,
        to: sceneTime - 9 * day + 41_000,
        reason: 'no answer within 5 s',
      }),
    ],
  });
}
