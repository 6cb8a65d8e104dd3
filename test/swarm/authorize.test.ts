import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuthorize } from '#holding/swarm/mandate-authorize.ts';
import { formHash } from '#holding/swarm/mandate-form.ts';
import { createMandates, type Mandates } from '#holding/swarm/mandate-store.ts';
import * as units from '#holding/units.ts';
import type { UnitStanding } from '#holding/health/check.ts';
import { createUnitProbe, type LastUse } from '#holding/swarm/unit-standings.ts';
import type { Authorize, CallRequest, Decision } from '#mcp/authorize.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { temporaryFolder } from '../support/health.ts';
import { approveAsItIs } from '../support/mandates.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 2, 3, 12);

let folder: ReturnType<typeof temporaryFolder>;
let clock: FakeClock;
let mandates: Mandates;
let authorize: Authorize;
let home: string;
let approvals: string;

beforeEach(async () => {
  folder = temporaryFolder();
  clock = fakeClock(start);
  approvals = join(folder.path, 'keys', 'mandates.json');
  mandates = createMandates({ paths: pathsOf(), units: Object.values(units), clock });
  authorize = createAuthorize({ mandates, clock });
  home = (await mandates.standing('marketing')).folder;
});

afterEach(() => folder[Symbol.dispose]());

function pathsOf(): { units: string; mandateApprovals: string } {
  return { units: join(folder.path, 'units'), mandateApprovals: approvals };
}

function change(from: string | RegExp, to: string): void {
  const path = join(home, 'mandate.md');
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

async function changeAndApprove(from: string | RegExp, to: string): Promise<void> {
  change(from, to);
  await approveAsItIs(mandates);
}

function reading(path: string, more: Partial<CallRequest> = {}): CallRequest {
  const reach = { reads: [path], writes: [] };
  return { unit: 'marketing', run: 'r', server: 'filesystem', tool: 'read_text_file', args: { path }, reach, ...more };
}

function writing(path: string, more: Partial<CallRequest> = {}): CallRequest {
  return reading(path, { tool: 'write_file', reach: { reads: [], writes: [path] }, ...more });
}

async function reasonOf(request: CallRequest): Promise<string> {
  const decision: Decision = await authorize(request);
  return decision.allowed ? 'allowed' : decision.reason;
}

describe('as shipped', () => {
  test('the mandate is made for its owner alone and allows what it says', async () => {
    expect(statSync(join(home, 'mandate.md')).mode & 0o777).toBe(0o600);
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toBe('allowed');
    expect(await reasonOf(writing(join(home, 'reports/a.md')))).toBe('allowed');
    expect(await reasonOf(reading(join(units.marketing.example, 'now/x.md')))).toBe('allowed');
  });

  test.each([
    ['outside the unit', '/etc/passwd'],
    ['beside the unit', '../sales/documents/a.md'],
    ['up from within', 'documents/../../../keys/board.token'],
    ['a folder of almost the same name', 'documents-secret/a.md'],
    ['the unit’s whole folder', '.'],
    ['with a NUL in it', 'documents/a\0.md'],
  ])('does not let it read %s', async (_what, path) => {
    expect(await reasonOf(reading(path.startsWith('/') ? path : `${home}/${path}`))).toContain('does not let it read');
  });

  test('does not let it write its documents, nor the shipped example', async () => {
    expect(await reasonOf(writing(join(home, 'documents/a.md')))).toContain('does not let it write');
    expect(await reasonOf(writing(join(units.marketing.example, 'now/x.md')))).toContain('does not let it write');
  });

  test('a tool that touches everything may touch nothing', async () => {
    expect(await reasonOf(reading('/', { reach: { reads: ['/'], writes: ['/'] } }))).toContain('does not let it read');
  });

  test('a tool that is not named is refused, with what to do', async () => {
    const decision = await authorize(reading(join(home, 'documents/a.md'), { tool: 'move_file' }));
    expect(decision).toEqual({
      allowed: false,
      reason: 'The mandate of marketing does not name filesystem.move_file.',
      hint: expect.stringContaining('npm run mandate -- edit marketing'),
    });
  });

  test('a unit that there is not is refused; the owner and Omega’s probes are not asked', async () => {
    expect(await reasonOf(reading('/x', { unit: 'sales' }))).toBe('There is no business unit sales.');
    expect(await reasonOf(reading('/x', { unit: 'owner' }))).toBe('allowed');
    expect(await reasonOf(reading('/x', { unit: 'omega' }))).toBe('allowed');
  });
});

describe('links', () => {
  test('lead nowhere that the mandate does not', async () => {
    symlinkSync('/etc', join(home, 'documents', 'etc'));
    symlinkSync('../mandate.md', join(home, 'reports', 'trick.md'));
    symlinkSync('/nowhere/yet.md', join(home, 'reports', 'dangling.md'));
    symlinkSync('round', join(home, 'reports', 'round'));
    expect(await reasonOf(reading(join(home, 'documents/etc/passwd')))).toContain('does not let it read');
    expect(await reasonOf(writing(join(home, 'reports/trick.md')))).toContain('does not let it write');
    expect(await reasonOf(writing(join(home, 'reports/dangling.md')))).toContain('does not let it write');
    expect(await reasonOf(writing(join(home, 'reports/round')))).not.toBe('allowed');
  });

  test('that lead to what is not there yet are followed from where they really lie', async () => {
    const outside = join(folder.path, 'outside', 'deep');
    mkdirSync(outside, { recursive: true });
    symlinkSync(outside, join(home, 'reports', 'away'));
    // From its own folder `reports/away/..` this would lie in `reports`; from where it is, beside `deep`.
    symlinkSync('../new.md', join(outside, 'up.md'));
    mkdirSync(join(home, 'reports', 'sub'));
    symlinkSync(join(home, 'reports', 'sub'), join(outside, 'back'));
    symlinkSync('../../new.md', join(home, 'reports', 'sub', 'near.md'));
    symlinkSync('away/../new.md', join(home, 'reports', 'through.md'));
    symlinkSync('sub/new.md', join(home, 'reports', 'within.md'));
    expect(await reasonOf(writing(join(home, 'reports/away/up.md')))).toContain('does not let it write');
    expect(await reasonOf(writing(join(home, 'reports/sub/near.md')))).toContain('does not let it write');
    expect(await reasonOf(writing(join(home, 'reports/through.md')))).toContain('does not let it write');
    expect(await reasonOf(writing(join(home, 'reports/within.md')))).toBe('allowed');
    expect(await reasonOf(writing(join(home, 'reports/away/back/x.md')))).toBe('allowed');
  });
});

describe('the mandate itself is never writable', () => {
  beforeEach(() => changeAndApprove('writes: [reports]', 'writes: [.]'));

  test('even where the whole folder is', async () => {
    expect(await reasonOf(writing(join(home, 'notes.md')))).toBe('allowed');
    expect(await reasonOf(writing(join(home, 'mandate.md')))).toContain('No tool may write the mandate');
    expect(await reasonOf(writing(join(home, 'documents/../mandate.md')))).toContain('No tool may write the mandate');
    expect(await reasonOf(writing(home))).toContain('No tool may write the mandate');
  });
});

describe('a change', () => {
  test('of topics counts at once', async () => {
    change('  - ai agents', '  - something else');
    expect((await mandates.standing('marketing')).state).toBe('shipped');
    expect((await mandates.require('marketing')).topics).toContain('something else');
  });

  test('of reach denies everything until it is approved, and the approval lies outside what a unit may write', async () => {
    change('reads: [documents, reports]', 'reads: [documents]');
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toBe(
      'The mandate of marketing has changes to tools, reach or budget that you have not approved.',
    );
    await approveAsItIs(mandates);
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toBe('allowed');
    expect(statSync(approvals).mode & 0o777).toBe(0o600);
    expect(approvals.startsWith(home)).toBe(false);
  });

  test('after an approval needs another one', async () => {
    await changeAndApprove('reads: [documents, reports]', 'reads: [documents]');
    change('reads: [documents]', 'reads: [documents, drafts]');
    expect((await mandates.standing('marketing')).state).toBe('unapproved');
  });

  test('that does not parse denies everything, with the line', async () => {
    change('level: auto', 'level: always');
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toMatch(
      /has a fault, so it allows nothing: line \d+: tools/,
    );
  });
});

describe('an approval', () => {
  beforeEach(() => changeAndApprove('reads: [documents, reports]', 'reads: [documents]'));

  test('is good for a year, with a warning a fortnight before its end', async () => {
    clock.set(start + 350 * day);
    expect(await mandates.standing('marketing')).toMatchObject({ state: 'approved', expiresSoon: false });
    clock.set(start + 352 * day);
    expect(await mandates.standing('marketing')).toMatchObject({ state: 'approved', expiresSoon: true });
    clock.set(start + 365 * day);
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toBe(
      'The approval of the mandate of marketing is not valid today: it holds from 2026-03-03 to 2027-03-03.',
    );
  });

  test('is judged by the clock as it is now: of the future it is none, and a day back does it no harm', async () => {
    clock.set(start - day / 2);
    expect((await mandates.standing('marketing')).state).toBe('approved');
    clock.set(start - 2 * day);
    expect((await mandates.standing('marketing')).state).toBe('expired');
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toContain('holds from 2026-03-03 to 2027-03-03');
    clock.set(start);
    expect((await mandates.standing('marketing')).state).toBe('approved');
  });

  test('is for what was shown: a mandate that is another by then is not approved', async () => {
    change('reads: [documents]', 'reads: [documents, drafts]');
    const { form } = await mandates.standing('marketing');
    const shown = form === null ? '' : formHash(form);
    change('writes: [reports]', 'writes: [.]');
    await expect(mandates.approve('marketing', shown)).rejects.toThrow('changed while you looked');
    expect((await mandates.standing('marketing')).state).toBe('unapproved');
  });

  test('is still named after a change', async () => {
    change('reads: [documents]', 'reads: [documents, drafts]');
    expect(await mandates.standing('marketing')).toMatchObject({
      state: 'unapproved',
      approvedAt: start,
      expiresAt: null,
    });
  });

  test('that somebody wrote into the file by hand, with another hash than its form, is none', async () => {
    const kept = JSON.parse(readFileSync(approvals, 'utf8'));
    change('reads: [documents]', 'reads: [.]');
    const { form } = await mandates.standing('marketing');
    writeFileSync(approvals, JSON.stringify({ marketing: { ...kept.marketing, form } }));
    expect((await mandates.standing('marketing')).state).toBe('unapproved');
    writeFileSync(approvals, '{');
    expect((await mandates.standing('marketing')).state).toBe('unapproved');
  });
});

describe('levels and arguments', () => {
  const path = (): string => join(home, 'documents/a.md');

  test('deny is refused, ask waits for an approval that cannot be given yet', async () => {
    await changeAndApprove('filesystem.read_text_file, level: auto', 'filesystem.read_text_file, level: deny');
    expect(await reasonOf(reading(path()))).toBe('The mandate of marketing denies filesystem.read_text_file.');
    await changeAndApprove('filesystem.read_text_file, level: deny', 'filesystem.read_text_file, level: ask');
    expect(await reasonOf(reading(path()))).toContain('waits for your approval');
  });

  test('arguments are held to their schema', async () => {
    await changeAndApprove(
      'read_text_file, level: auto, maxPerRun: 1000',
      'read_text_file, level: auto, maxPerRun: 1000, args: { type: object, properties: { head: { type: integer, maximum: 9 } }, required: [head] }',
    );
    expect(await reasonOf(reading(path()))).toContain(
      "does not allow these arguments of filesystem.read_text_file: args must have required property 'head'",
    );
    expect(await reasonOf(reading(path(), { args: { head: 10 } }))).toContain('args/head must be <= 9');
    expect(await reasonOf(reading(path(), { args: { head: 9 } }))).toBe('allowed');
  });
});

describe('limits of a run', () => {
  const path = (): string => join(home, 'documents/a.md');

  test('count its calls of a tool, and no other run’s', async () => {
    for (let n = 0; n < 4; n += 1) expect(await reasonOf(writing(join(home, 'reports/a.md')))).toBe('allowed');
    expect(await reasonOf(writing(join(home, 'reports/a.md')))).toBe(
      'The mandate of marketing allows 4 calls of filesystem.write_file in a run.',
    );
    expect(await reasonOf(writing(join(home, 'reports/a.md'), { run: 'another' }))).toBe('allowed');
  });

  test('hold against calls that are made at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => reasonOf(writing(join(home, 'reports/a.md')))));
    expect(all.filter((reason) => reason === 'allowed').length).toBe(4);
  });

  test('count all its calls together', async () => {
    await changeAndApprove('toolCalls: 6500', 'toolCalls: 2');
    expect(await reasonOf(reading(path()))).toBe('allowed');
    expect(await reasonOf(writing(join(home, 'reports/a.md')))).toBe('allowed');
    expect(await reasonOf(reading(path()))).toBe('The mandate of marketing allows 2 tool calls in a run.');
  });

  test('end with its time', async () => {
    expect(await reasonOf(reading(path()))).toBe('allowed');
    clock.advance(240_001);
    expect(await reasonOf(reading(path()))).toBe('The mandate of marketing lets a run take 240 s.');
  });

  test('a refused call counts for nothing', async () => {
    for (let n = 0; n < 9; n += 1) await authorize(writing('/etc/passwd'));
    expect(await reasonOf(writing(join(home, 'reports/a.md')))).toBe('allowed');
  });
});

describe('a mandate that is lost', () => {
  const lose = (): void => rmSync(join(home, 'mandate.md'));

  test('denies everything and says how to get one', async () => {
    lose();
    expect(await authorize(reading(join(home, 'documents/a.md')))).toEqual({
      allowed: false,
      reason: 'The mandate of marketing is not there any more, so it allows nothing.',
      hint: expect.stringContaining('npm run mandate -- edit marketing'),
    });
    expect(await mandates.standing('marketing')).toMatchObject({ state: 'missing', form: null });
    await expect(mandates.approve('marketing', '')).rejects.toThrow('nothing to approve');
  });

  test('is not replaced by the shipped one, which allows more than the owner approved', async () => {
    await changeAndApprove('filesystem.read_text_file, level: auto', 'filesystem.read_text_file, level: deny');
    lose();
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toContain('not there any more');
    rmSync(home, { recursive: true });
    expect(await reasonOf(reading(join(home, 'documents/a.md')))).toContain('not there any more');
    // Nor in a process that begins after it.
    mandates = createMandates({ paths: pathsOf(), units: Object.values(units), clock });
    expect((await mandates.standing('marketing')).state).toBe('missing');
  });

  test('is put back by its owner, or begun anew from the shipped one', async () => {
    const own = readFileSync(join(home, 'mandate.md'), 'utf8');
    lose();
    await mandates.standing('marketing');
    writeFileSync(join(home, 'mandate.md'), own);
    expect((await mandates.standing('marketing')).state).toBe('shipped');
    lose();
    expect((await mandates.putShipped('marketing')).state).toBe('shipped');
    change('egress: []', 'egress: [x.example]');
    expect((await mandates.putShipped('marketing')).state).toBe('unapproved');
  });
});

describe('on a fresh machine', () => {
  test('the shipped mandate is put there, whoever made the unit’s folders first, and by however many at once', async () => {
    const fresh = join(folder.path, 'fresh');
    mkdirSync(join(fresh, 'units/marketing/reports'), { recursive: true });
    const paths = { units: join(fresh, 'units'), mandateApprovals: join(fresh, 'keys/mandates.json') };
    const all = Array.from({ length: 8 }, () => createMandates({ paths, units: Object.values(units), clock }));
    const states = await Promise.all(all.map(async (one) => (await one.standing('marketing')).state));
    expect(new Set(states)).toEqual(new Set(['shipped']));
  });
});

describe('what a check sees of a unit', () => {
  test.each([
    ['ok', () => {}],
    ['unapproved', () => change('egress: []', 'egress: [x.example]')],
    ['invalid', () => change('egress: []', 'egress: [nowhere]')],
    ['missing', () => rmSync(join(home, 'mandate.md'))],
    ['invalid', () => (rmSync(join(home, 'mandate.md')), mkdirSync(join(home, 'mandate.md')))],
  ])('%s', async (state, prepare) => {
    prepare();
    const [unit] = await createUnitProbe(mandates, join(folder.path, 'units'))();
    expect(unit).toMatchObject({ unit: 'marketing', lastReportAt: null, mandate: { state } });
  });
});

test('a check sees what the last run used of its budget, and nothing where nobody can say', async () => {
  const probe = (lastUse?: LastUse): Promise<readonly UnitStanding[]> =>
    createUnitProbe(mandates, join(folder.path, 'units'), lastUse)();
  const { toolCalls, wallMs } = (await mandates.standing('marketing')).mandate?.budget ?? { toolCalls: 0, wallMs: 0 };
  const [used] = await probe(() => ({ run: 'a', calls: 7, elapsedMs: 2100 }));
  expect(used?.budgets.map(({ used: count, limit }) => [count, limit])).toEqual([
    [7, toolCalls],
    [3, wallMs / 1000],
  ]);
  const [fresh] = await probe(() => null);
  expect(fresh?.budgets.map((budget) => budget.used)).toEqual([0, 0]);
  const broken = (): never => {
    throw new Error('the ledger cannot be read');
  };
  expect([(await probe(broken))[0]?.budgets, (await probe())[0]?.budgets]).toEqual([[], []]);
});

test('a mandate that cannot be read denies everything, and says nothing of other units', async () => {
  const sales = { ...units.marketing, id: 'sales' };
  mandates = createMandates({ paths: pathsOf(), units: [units.marketing, sales], clock });
  authorize = createAuthorize({ mandates, clock });
  rmSync(join(home, 'mandate.md'));
  mkdirSync(join(home, 'mandate.md'));
  const seen = await createUnitProbe(mandates, join(folder.path, 'units'))();
  expect(seen.map(({ unit, mandate }) => `${unit} ${mandate.state}`)).toEqual(['marketing invalid', 'sales ok']);
  expect(await reasonOf(reading(join(home, 'documents/a.md')))).toContain('cannot be read');
});
