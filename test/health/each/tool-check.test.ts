import { expect, test } from 'vitest';
import type { Check, Told } from '#holding/health/check.ts';
import { lookAt } from '#holding/health/look.ts';
import { judgeConfig, toolChecks } from '#holding/health/each/tool-check.ts';
import { judgeServer, toolName } from '#holding/health/each/tool-verdict.ts';
import { OmegaError } from '#lib/errors.ts';
import { serverStates, type ServerStatus } from '#mcp/hub.ts';
import { hour, inEnglish, minute, noon, probesOf, say, serverStatus, stillClock } from '../../support/health.ts';

const never = new AbortController().signal;
const unheard = { value: null, at: null, why: 'nobody called it yet' };

function judge(change: Partial<ServerStatus> = {}, now = noon): Told {
  return inEnglish(judgeServer(serverStatus(change), now));
}

test('a server that answered a call is well, and says how long ago', () => {
  expect(judge()).toEqual({ status: 'ok', reason: 'Runs; answered a call 3 min ago' });
});

test('a server that sleeps is as well as when it was last heard of', () => {
  expect(judge({ state: 'cold' })).toEqual({ status: 'ok', reason: 'Asleep; answered 3 min ago' });
});

test('evidence of three days ago says nothing about now', () => {
  const { status, reason } = judge({ state: 'cold' }, noon + 72 * hour);
  expect({ status, reason }).toEqual({ status: 'unknown', reason: 'Last worked 3 d ago' });
});

test('a server that answers is not well before a call has succeeded', () => {
  expect(judge({ usable: unheard })).toMatchObject({
    status: 'unknown',
    reason: 'Answers; whether it can be used is not known: nobody called it yet',
    todo: { command: 'npm run mcp -- probe brave-search' },
  });
});

test('a success without a time is no evidence', () => {
  expect(judge({ usable: { value: true, at: null, why: 'somebody said so' } }).status).toBe('unknown');
});

test('a server that nobody asked yet is unknown', () => {
  expect(judge({ state: 'cold', reachable: unheard, usable: unheard }).status).toBe('unknown');
});

test('a server whose variables have no value is not set up, and how to do so waits for the owner', () => {
  const setUp = { what: 'a key', command: 'npm run mcp -- add brave-search', minutes: 5 };
  const missing = { state: 'needs-auth', missing: ['BRAVE_API_KEY'], usable: unheard } as const;
  const reason = 'Searches the web; needs BRAVE_API_KEY';
  const todo = { ...setUp, what: 'Set up Brave Search: a key' };
  expect(judge({ ...missing, setUp })).toEqual({ status: 'off', reason, todo });
  expect(judge(missing)).toMatchObject({
    todo: { what: 'Set up Brave Search: BRAVE_API_KEY in .env, then start anew', command: 'nano .env' },
  });
});

test('a server that is disabled is not set up, and asks for nothing', () => {
  expect(judge({ state: 'disabled' })).toEqual({ status: 'off', reason: 'Disabled in mcp.json' });
});

test('a refused key is a fault, with what to do', () => {
  const usable = { value: false, at: noon, why: '401 Unauthorized' };
  expect(judge({ state: 'needs-auth', usable })).toMatchObject({
    status: 'fail',
    reason: 'Refuses its key: 401 Unauthorized',
    todo: { what: 'Give Brave Search a key that it takes' },
  });
});

test('a server that changed is down at once, says what changed, and waits for approval', () => {
  expect(judge({ state: 'quarantined', changed: ['brave_web_search: description'] })).toEqual({
    status: 'fail',
    explicit: true,
    reason: 'Held back, for it changed since it was approved: brave_web_search: description',
    todo: { what: 'Look at what changed in Brave Search', command: 'npm run mcp -- approve brave-search', minutes: 5 },
  });
});

test.each(['open', 'half-open', 'backoff'] as const)('in the state %s it fails, with the last error', (state) => {
  const lastError = { kind: 'start', message: 'it exited with code 1', at: noon } as const;
  expect(judge({ state, lastError })).toMatchObject({
    status: 'fail',
    reason: 'Cannot be reached: it exited with code 1',
    todo: { command: 'npm run mcp -- probe brave-search' },
  });
});

test('a server that does not answer fails', () => {
  const reachable = { value: false, at: noon, why: 'no handshake within 10 s' };
  expect(judge({ reachable })).toMatchObject({
    status: 'fail',
    reason: 'Cannot be reached: no handshake within 10 s',
  });
});

test('of a long fault the beginning is told', () => {
  const { reason } = judge({ reachable: { value: false, at: noon, why: 'lost: '.repeat(80) } });
  expect(reason).toMatch(/^Cannot be reached: lost: .*…$/);
  expect(reason.length).toBeLessThan(150);
});

test('one that answers and cannot be used fails', () => {
  const usable = { value: false, at: noon, why: '402 Payment Required' };
  expect(judge({ usable })).toMatchObject({
    status: 'fail',
    reason: 'Answers, but cannot be used: 402 Payment Required',
    todo: { command: 'npm run mcp -- probe brave-search' },
  });
});

const warning = { reason: 'the sign-in ends in 2 days', command: 'npm run mcp -- add google' };

test('what ends soon is a warning with its command, whether or not it was used before', () => {
  for (const usable of [{}, { usable: unheard }]) {
    expect(judge({ warning, ...usable })).toMatchObject({
      status: 'warn',
      reason: 'The sign-in ends in 2 days',
      todo: { command: warning.command },
    });
  }
});

test('where it ended already its command is the cure', () => {
  const usable = { value: false, at: noon, why: 'invalid_grant' };
  expect(judge({ warning, usable })).toMatchObject({ status: 'fail', todo: { command: warning.command } });
});

test.each(serverStates)('in the state %s nothing is green of which nothing is known', (state) => {
  expect(judge({ state, reachable: unheard, usable: unheard }).status).not.toBe('ok');
});

test('the time of a ping is its latency', () => {
  expect(judge({ pingMs: 0.2 }).latencyMs).toBe(0.2);
  expect(judge({ pingMs: null })).not.toHaveProperty('latencyMs');
});

test('a configuration that cannot be used is down at once; one that names no server is not set up', () => {
  expect(inEnglish(judgeConfig({ servers: 0, fault: 'mcp.json has one fault' }))).toMatchObject({
    status: 'fail',
    explicit: true,
    reason: 'mcp.json has one fault',
    todo: { command: 'npm run mcp -- list' },
  });
  expect(judgeConfig({ servers: 0, fault: null }).status).toBe('off');
  expect(inEnglish(judgeConfig({ servers: 2, fault: null }))).toEqual({
    status: 'ok',
    reason: 'mcp.json names 2 servers',
  });
});

test('each server has its check beside that of the configuration, named as a person would', () => {
  const checks = toolChecks([{ name: 'brave-search' }, { name: 'github' }]);
  expect(checks.map(({ id, name }) => `${id} ${say(name)}`)).toEqual([
    'mcp Tool servers',
    'mcp-brave-search Brave Search',
    'mcp-github GitHub',
  ]);
  expect(checks.every(({ group, timeoutMs }) => group === 'tools' && timeoutMs < 30_000)).toBe(true);
  expect(toolName('my_own.notes')).toBe('My Own.notes');
});

test('each check asks for its own server, and in a process without a hub nothing is known', async () => {
  const checks = toolChecks([{ name: 'brave-search' }, { name: 'github' }]);
  const asked: string[] = [];
  const look = async (name: string): Promise<ServerStatus> => serverStatus({ name: (asked.push(name), name) });
  const config = (): { servers: number; fault: null } => ({ servers: 2, fault: null });
  expect(await statusesOf(checks, { tools: { look, config } })).toEqual(['ok', 'ok', 'ok']);
  expect(asked).toEqual(['brave-search', 'github']);

  const refuse = (): never => {
    throw new OmegaError('this process has no hub', { code: 'E_NO_HUB' });
  };
  expect(await statusesOf(checks, { tools: { look: async () => refuse(), config: refuse } })).toEqual([
    'unknown',
    'unknown',
    'unknown',
  ]);
});

async function statusesOf(checks: readonly Check[], change: Parameters<typeof probesOf>[0]): Promise<string[]> {
  const options = { clock: stillClock(noon + minute), probes: probesOf(change), signal: never, secrets: [], say };
  const findings = await Promise.all(checks.map((check) => lookAt(check, options)));
  return findings.map(({ status }) => status);
}
