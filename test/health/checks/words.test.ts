import { expect, test } from 'vitest';
import type { Check, Finding, Probes, SystemdStanding } from '#holding/health/check.ts';
import { egressCheck } from '#holding/health/checks/egress.ts';
import * as catalogue from '#holding/health/checks/index.ts';
import { judgeBackup } from '#holding/health/checks/backup.ts';
import { judgeDisk } from '#holding/health/checks/disk.ts';
import { judgeLoad } from '#holding/health/checks/load.ts';
import { judgeMemory } from '#holding/health/checks/memory.ts';
import { judgePage } from '#holding/health/checks/page.ts';
import { judgeService } from '#holding/health/checks/services.ts';
import { judgeTailscale } from '#holding/health/checks/tailscale.ts';
import { judgeTemperature } from '#holding/health/checks/temperature.ts';
import { judgeTimeSync } from '#holding/health/checks/time-sync.ts';
import { modelCheck } from '#holding/health/each/model-check.ts';
import { refusal } from '#holding/health/each/refusal.ts';
import { outsideCheck } from '#holding/health/each/outside-check.ts';
import { telegramCheck } from '#holding/health/each/telegram-check.ts';
import { toolChecks } from '#holding/health/each/tool-check.ts';
import { zwartehandCheck } from '#holding/health/each/zwartehand-check.ts';
import { unitChecks } from '#holding/health/each/unit-check.ts';
import { groupTitles, stateWords } from '#holding/health/views/wording.ts';
import type { Words } from '#lib/language.ts';
import { serverStates } from '#mcp/hub.ts';
import * as serverCatalogue from '#mcp/servers/index.ts';
import {
  hour,
  jobDeadline,
  memoryStats,
  minute,
  noon,
  botState,
  outboxStanding,
  probesOf,
  queueCounts,
  serverStatus,
  stillClock,
  unitStanding,
} from '../../support/health.ts';

/** What is called the same in Dutch. */
const names = new Set(
  `Redis Chroma Worker Edge Internet Tailscale Telegram Zwartehand GitHub Filesystem Google Marketing ok Start Brave Search`.split(
    ' ',
  ),
);
const longest = 300;
const { signal } = new AbortController();
const network = { proxy: undefined, extraCaFile: undefined };
const servers = ['brave-search', 'github', 'filesystem', 'google'].map((name) => ({ name }));
const day = 24 * hour;

const checks: readonly Check[] = [
  ...Object.values(catalogue).map((check) =>
    check.id === 'egress' ? egressCheck([{ host: '127.0.0.1', port: 1 }]) : check,
  ),
  outsideCheck({ pingUrl: undefined, network }),
  telegramCheck(undefined, network),
  modelCheck(undefined, network),
  zwartehandCheck({ token: '1:a', chatId: undefined, apiRoot: 'https://api.telegram.org' }),
  ...toolChecks(servers),
  ...unitChecks([{ id: 'marketing', name: 'Marketing', reportEveryMs: day }]),
];

/** Asking systemd for the time in each world takes a process, and what it means is judged below. */
const looked = checks.filter(({ id }) => id !== 'time-sync');

async function refuse(): Promise<never> {
  throw new Error('connect ECONNREFUSED');
}

const refused = { canary: refuse, queues: refuse, deadlines: async () => [jobDeadline({ deadlineAt: noon - 1 })] };
const strained = [
  queueCounts({ name: 'swarm', oldestWaitingMs: 20 * minute, dead: 2, paused: true }),
  queueCounts({ workers: 2, dead: 1, oldestWaitingMs: 6 * minute }),
];
const noServer = { servers: 0, fault: null };

/** Machines on which things are well, away, old or broken. */
const worlds: readonly Parameters<typeof probesOf>[0][] = [
  {},
  { ...refused, clockSkewMs: refuse, memory: { stats: refuse, probe: refuse }, outside: () => outsideAgo(40 * minute) },
  { queues: async () => strained, clockSkewMs: async () => -2500, canary: async () => 4000, deadlines: async () => [] },
  { queues: async () => [], clockSkewMs: async () => 2500, outside: () => outsideAgo(minute) },
  { memory: { stats: async () => memoryStats(), probe: refuse }, outside: () => outsideAgo(null) },
  { alerts: () => ({ undelivered: 2, oldestDueAt: noon - hour, fault: 'the disk is full' }) },
  { ownChecks: () => ({ file: 'checks.yaml', checks: 2, faults: ['line 3: no id', 'line 4: no url'], readAt: 0 }) },
  { ownChecks: () => ({ file: 'checks.yaml', checks: 0, faults: ['line 3: no id'], readAt: 0 }) },
  {
    ownChecks: () => ({ file: 'checks.yaml', checks: 1, faults: [], readAt: 0 }),
    tools: { ...probesOf().tools, config: () => noServer },
  },
  { outbox: () => outboxStanding({ recipients: 0, heldBack: 2, plaintext: ['trend'] }), sealProbe: refuse },
  ...[{ dead: 2 }, { fault: 'it is' }, { verified: false }, { overdue: 1 }, { lastSealedAt: null }].map((change) => ({
    outbox: () => outboxStanding(change),
  })),
  ...(['polling', 'waiting', 'webhook', 'conflict', 'unauthorized', 'unreachable', 'redis'] as const).map((state) => ({
    zwartehand: async () => botState({ state, paired: false }),
  })),
  { systemd: async () => standing({}) },
  { systemd: async () => standing({ linger: false }) },
  { systemd: async () => standing({ enabled: 'disabled' }) },
  { systemd: async () => standing({ active: 'failed' }) },
  { systemd: async () => standing({ unit: 'none' }), ...emptyMemory() },
  { systemd: async () => 'cron', units: async () => [] },
  ...(['expiring', 'expired', 'unapproved', 'invalid', 'missing'] as const).map((state) => ({
    units: async () => [unitStanding({ mandate: { state, reason: { en: 'it is', nl: 'het is' }, expiresAt: null } })],
  })),
  { units: async () => [unitStanding({ lastReportAt: noon - 9 * day })] },
  ...serverStates.map((state) => ({ tools: toolsOf({ state }) })),
  { tools: toolsOf({ state: 'needs-auth', missing: ['A_KEY', 'ANOTHER_KEY'] }) },
  { tools: toolsOf({ usable: { value: false, at: noon, why: 'HTTP 402' } }) },
  { tools: toolsOf({ usable: { value: null, at: null, why: 'nobody called it' } }) },
  { tools: toolsOf({ reachable: { value: null, at: null, why: 'it is new' } }) },
  { tools: toolsOf({ warning: { reason: { en: 'the sign-in ends', nl: 'de aanmelding eindigt' }, command: 'x' } }) },
  { tools: toolsOf({ usable: { value: true, at: noon - 9 * day, why: 'a call' } }) },
];

function outsideAgo(ms: number | null): ReturnType<Probes['outside']> {
  return { lastTriedAt: noon, lastHeardAt: ms === null ? null : noon - ms, fault: ms === null ? 'HTTP 404' : null };
}

function standing(change: Partial<SystemdStanding>): SystemdStanding {
  return { unit: 'ours', enabled: 'enabled', active: 'active', linger: true, user: 'omega', ...change };
}

function emptyMemory(): Pick<Probes, 'memory'> {
  return { memory: { stats: async () => memoryStats({ counts: [], lastRecall: null }), probe: async () => 3 } };
}

function toolsOf(change: Parameters<typeof serverStatus>[0]): Probes['tools'] {
  return {
    look: async (name) => {
      const known = Object.values(serverCatalogue).find((server) => server.name === name);
      const { summary = 'from mcp.json', setUp = null } = known ?? {};
      return serverStatus({ summary, setUp, ...change, name });
    },
    config: () => ({ servers: 1, fault: null }),
  };
}

/** What only some machines say of themselves. */
const judged: readonly Finding[] = [
  ...[1, 4, 11].map((minutes) => judgePage(minutes * minute)),
  ...[0.2, 0.9, 0.96].flatMap((share) => [diskOf(share, 0.1), diskOf(0.1, share)]),
  ...[1, 3, 9, Number.NaN].map((perCore) => judgeLoad({ perCore, pressure: { some: 90, full: 0 } })),
  ...[0.5, 0.01, Number.NaN].map(memoryOf),
  ...[hour, 40 * hour, 9 * day, -day, null].map(backupOf),
  ...[60, 93, 99].flatMap((celsius) => [100, null].map((critical) => judgeTemperature([{ celsius, critical }]))),
  ...[true, false, null].map(judgeTimeSync),
  ...[200, 302, 409, 429, 503].map((status) => refusal(status, 'Telegram')),
  ...(['starting', 'ready', 'backoff', 'paused'] as const).flatMap((state) =>
    [0, 5].map((restarts) => serviceOf(state, restarts)),
  ),
  ...['Running', 'Stopped', 'NeedsLogin', 'Starting'].map(tailscaleOf),
];

function diskOf(bytesShare: number, filesShare: number): Finding {
  return judgeDisk({ bytesShare, filesShare, freeBytes: 5e9 });
}

function memoryOf(share: number): Finding {
  return judgeMemory({ availableBytes: share * 8e9, totalBytes: 8e9, pressure: { some: 50, full: 50 } });
}

function backupOf(ageMs: number | null): Finding {
  return judgeBackup(ageMs === null ? null : noon - ageMs, noon, { backups: '/b', dataDir: '/d' });
}

function serviceOf(state: Parameters<typeof judgeService>[0]['state'], recentRestarts: number): Finding {
  const lastExit = recentRestarts === 0 ? null : 'exit code 1';
  return judgeService({ name: 'edge', state, pid: 1, since: noon, restarts: 0, recentRestarts, lastExit });
}

function tailscaleOf(state: string): Finding {
  const keyExpiresAt = noon + 9 * day;
  return judgeTailscale({ state, name: null, keyExpiresAt, keyExpired: false, hasCertificates: true }, noon);
}

/** What is wrong with words: nothing, or why. */
function faultOf(words: Words, { mayBeName = false } = {}): string | null {
  if (typeof words === 'string')
    return mayBeName && names.has(words.split(' ')[0] ?? '') ? null : 'is in one language only';
  const texts = [words.en, words.nl];
  if (texts.some((text) => text.trim() === '')) return 'is empty in a language';
  if (texts.some((text) => text.length > longest)) return `is longer than ${longest}`;
  if (texts.some((text) => /undefined|\[object|NaN|null/.test(text))) return 'has a hole';
  const isSame = words.en === words.nl && /[a-z]{3}/i.test(words.en) && !names.has(words.en.split(' ')[0] ?? '');
  return isSame ? 'is the same in Dutch' : null;
}

function faultsOf(all: readonly (readonly [string, Words, { mayBeName?: boolean }?])[]): string[] {
  return all.flatMap(([where, words, options]) => {
    const fault = faultOf(words, options);
    return fault === null ? [] : [`${where} ${fault}: ${JSON.stringify(words)}`];
  });
}

test('every name and headline of a check is in both languages', () => {
  const called = checks.map(({ id, name }) => [`${id}'s name`, name, { mayBeName: true }] as const);
  const headlines = checks.flatMap(({ id, headline = {} }) =>
    Object.values(headline).map((words) => [`${id}'s headline`, words] as const),
  );
  expect(faultsOf([...called, ...headlines])).toEqual([]);
});

test('every state and every group is in both languages', () => {
  expect(faultsOf(Object.entries({ ...stateWords, ...groupTitles }))).toEqual([]);
});

test('whatever a check finds, it says why and what to do in both languages', async () => {
  const found: [string, Finding][] = judged.map((finding, index) => [`judged ${index}`, finding]);
  for (const [index, world] of worlds.entries()) {
    const context = { probes: probesOf(world), signal, clock: stillClock() };
    for (const check of looked) {
      const finding = await check.run(context).catch(() => null); // What then is said, the heartbeat says itself.
      if (finding !== null) found.push([`${check.id} in world ${index}`, finding]);
    }
  }
  const all = found.flatMap(([where, { reason, todo }]) => [
    [`${where}: its reason`, reason] as const,
    ...(todo === undefined ? [] : [[`${where}: its todo`, todo.what] as const]),
  ]);
  expect(found.length).toBeGreaterThan(600);
  expect(faultsOf(all)).toEqual([]);
});

test('no todo is without a command', () => {
  expect(judged.filter(({ todo }) => todo !== undefined && todo.command.trim() === '')).toEqual([]);
});
