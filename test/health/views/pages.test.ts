import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPage } from '#holding/health/views/check-page.ts';
import { incidentPage } from '#holding/health/views/incident-page.ts';
import { incidentsPage } from '#holding/health/views/incidents-page.ts';
import { making, type Making } from '#holding/health/views/page.ts';
import { pages } from '#holding/health/views/pages.ts';
import { reportsPage } from '#holding/health/views/reports-page.ts';
import { runsPage } from '#holding/health/views/runs-page.ts';
import { unitPage } from '#holding/health/views/unit-page.ts';
import { temporaryFolder } from '../../support/health.ts';
import { pastScene, type PastKind, type PastScene } from '../../support/past.ts';
import { sceneTime } from '../../support/snapshots.ts';

const folder = temporaryFolder();
const kinds = ['year', 'firstDay', 'nothing', 'unreadable'] as const;
const opened = new Map<PastKind, PastScene>();

beforeAll(() => {
  for (const kind of kinds) opened.set(kind, pastScene(folder.path, kind));
});

afterAll(() => {
  for (const scene of opened.values()) scene[Symbol.dispose]();
  folder[Symbol.dispose]();
});

function sceneOf(kind: PastKind): PastScene {
  const scene = opened.get(kind);
  if (scene === undefined) throw new Error(`There is no scene ${kind}`);
  return scene;
}

function madeOf(kind: PastKind): Making {
  const { snapshot, sources } = sceneOf(kind);
  return making(snapshot, sources, sceneTime);
}

function checkOf(made: Making, id = 'redis'): ReturnType<typeof checkPage> {
  const check = made.snapshot.checks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`There is no check ${id}`);
  return checkPage(made, check);
}

test('the time of each window of a check adds up to the window to the millisecond', () => {
  const spans = checkOf(madeOf('year')).past?.spans ?? [];
  expect(spans.map(({ title }) => title)).toEqual(['24 hours', '30 days', '90 days', 'A year']);
  for (const { from, to, times } of spans) expect(times.reduce((sum, { ms }) => sum + ms, 0)).toBe(to - from);
});

test('the last 24 hours tell of an outage that goes on', () => {
  const [day] = checkOf(madeOf('year')).past?.spans ?? [];
  expect(day?.times.map(({ state }) => state)).toEqual(['up', 'down', 'degraded']);
  expect(day?.strip.at(-1)).toEqual({ state: 'down', cells: 13 });
  expect(Number(day?.uptimeText)).toBeLessThan(95.6);
});

test('a window that tells no more than a shorter one is left out', () => {
  const { spans, began } = checkOf(madeOf('firstDay')).past ?? {};
  expect(spans?.map(({ title }) => title)).toEqual(['24 hours']);
  expect(began?.ms).toBe(sceneTime - 8 * 60_000);
});

test('a check that was never looked at has no uptime, and nothing of it is up', () => {
  const { spans, began, flips } = checkOf(madeOf('nothing')).past ?? {};
  expect(spans?.map(({ uptimeText, strip }) => [uptimeText, strip])).toEqual([['–', [{ state: 'new', cells: 288 }]]]);
  expect([began, flips]).toEqual([null, []]);
});

test('where the records cannot be read there is no past, which is not an empty one', () => {
  const made = madeOf('unreadable');
  expect(checkOf(made).past).toBeNull();
  expect(runsPage(made).past).toBeNull();
  expect(reportsPage(made).numbers).toBeNull();
  expect(incidentsPage(made)).toMatchObject({ whole: false, open: [{ name: 'Redis' }] });
});

test('changes stand newest first, each with how long it lasted', () => {
  const flips = checkOf(madeOf('year')).past?.flips ?? [];
  expect(flips.slice(0, 3).map(({ state, ms }) => [state, ms])).toEqual([
    ['down', null],
    ['up', 18_480_000],
    ['degraded', 2_880_000],
  ]);
});

test('a check that waits for another names it, and that one names those which wait', () => {
  const made = madeOf('year');
  expect(checkOf(made, 'queue').check.blockedBy).toEqual({ name: 'Redis', path: '/checks/redis/' });
  expect(checkOf(made).check.blocks.map(({ name }) => name)).toEqual(['Queue', 'Scheduler']);
});

test('what the owner holds back stands on the page of its check alone', () => {
  const made = madeOf('year');
  expect(checkOf(made).past?.holds).toMatchObject([{ kind: 'maintenance', why: 'a new disk', all: false }]);
  expect(checkOf(made, 'disk').past?.holds).toEqual([]);
});

test('latencies of long ago are told by day, and percentiles stand in their order', () => {
  const year = checkOf(madeOf('year')).past?.spans.at(-1);
  const measured = year?.points.flatMap(({ latency }) => (latency === null ? [] : [latency])) ?? [];
  expect(measured.length).toBeGreaterThan(290);
  for (const { p50, p95, p99 } of measured) expect([p50, p95, p99].toSorted((a, b) => a - b)).toEqual([p50, p95, p99]);
});

test('open incidents come first, past ones by month', () => {
  const { open, months } = incidentsPage(madeOf('year'));
  expect(open.map(({ name, affected }) => [name, affected])).toEqual([['Redis', ['Queue', 'Scheduler']]]);
  expect(months.slice(0, 2).map(({ title, incidents }) => [title, incidents.length])).toEqual([
    ['November 2025', 4],
    ['October 2025', 1],
  ]);
});

test('the timeline of an incident goes from the first failing look to the end, with what it did not note down itself', () => {
  const made = madeOf('year');
  const [open] = incidentsPage(made).open;
  const { timeline } = incidentPage(made, open?.id ?? 0);
  expect(timeline.map(({ kind }) => kind)).toEqual(['failing', 'detected', 'affected', 'told', 'changed']);
  const [past] = incidentsPage(made).months[0]?.incidents ?? [];
  expect(incidentPage(made, past?.id ?? 0).timeline.at(-1)?.kind).toBe('ended');
});

test('an incident of which there is no record is no page', () => {
  expect(() => incidentPage(madeOf('year'), 999)).toThrow('Incident 999 is no longer among the records');
});

test('a budget that is used up has nothing left, and never less', () => {
  const made = madeOf('year');
  const [unit] = made.snapshot.units ?? [];
  if (unit === undefined) throw new Error('There is no unit');
  const over = { ...unit, budgets: [{ what: 'model calls', used: 45, limit: 40 }] };
  expect(unitPage(made, over).unit.budgets).toMatchObject([{ left: 0, share: 1 }]);
  expect(unitPage(made, unit).runs?.map(({ outcome }) => outcome)).toEqual(['dead', 'done']);
});

test('runs are counted by hour and by job, and a night’s trouble is not crowded out by what ran since', () => {
  const { past } = runsPage(madeOf('year'));
  expect(past?.hours.length).toBe(24);
  expect(past?.jobs[0]).toMatchObject({ name: 'heartbeat', runs: 142 });
  expect(past?.troubles.find(({ job }) => job === 'trend-report')).toMatchObject({ outcome: 'dead', attempt: 3 });
  expect(past?.newest.filter(({ outcome }) => outcome === 'done').map(({ job }) => job)).not.toContain('heartbeat');
});

test('an error is told by its first line', () => {
  const { past } = runsPage(madeOf('year'));
  expect(past?.troubles.at(-1)?.error).toBe('No answer');
});

test('examples are no reports, and what cannot be read claims nothing', () => {
  const { numbers, reports, older } = reportsPage(madeOf('year'));
  expect(numbers).toEqual({ made: 63, thisMonth: 4, trends: 91, unreadable: 1, examples: 1 });
  expect([reports?.length, older]).toEqual([60, 4]);
});

test('each check, incident and unit has a page, and each of them says when it is stale', () => {
  const { snapshot, sources } = sceneOf('year');
  const all = pages(snapshot, sources, sceneTime);
  const paths = all.map(({ path }) => path);
  expect(paths).toContain('/checks/unit-marketing/');
  expect(paths).toContain('/units/marketing/');
  expect(paths.filter((path) => path.startsWith('/incidents/')).length).toBe(11);
  expect(new Set(paths).size).toBe(paths.length);
  for (const { view } of all) expect(view().staleAfter.ms).toBe(snapshot.staleAfter + 900_000);
});

test('a page drawn of a look that is stale says so at once, and its check is unknown', () => {
  const { snapshot, sources } = sceneOf('firstDay');
  const page = checkOf(making(snapshot, sources, snapshot.staleAfter + 1), 'disk');
  expect(page.check).toMatchObject({ state: 'unknown', stateWord: 'Unknown', since: { ms: snapshot.generatedAt } });
  expect(page.check.reason).toBe('Then up: 38 % of 476 GB used');
  expect(page.staleAfter.ms).toBe(snapshot.staleAfter);
});

test('an id that can be no folder gets no page', () => {
  const { snapshot, sources } = sceneOf('nothing');
  const [check] = snapshot.checks;
  if (check === undefined) throw new Error('There is no check');
  const named = (id: string): typeof check => ({ ...check, id });
  const strange = { ...snapshot, checks: [named('../../etc'), named('a b'), named('Upper.case'), named('fine')] };
  const paths = pages(strange, sources, sceneTime).map(({ path }) => path);
  expect(paths.filter((path) => path.startsWith('/checks/'))).toEqual(['/checks/fine/']);
});

test('a page changes with the state of what it tells of, and not with the time', () => {
  const { snapshot, sources } = sceneOf('year');
  const keys = (of: typeof snapshot, now: number): Map<string, string> =>
    new Map(pages(of, sources, now).map(({ path, changesWith }) => [path, changesWith]));
  const before = keys(snapshot, sceneTime);
  expect(keys(snapshot, sceneTime + 60_000)).toEqual(before);
  const mended = snapshot.checks.map((check) => (check.id === 'redis' ? { ...check, state: 'up' as const } : check));
  const after = keys({ ...snapshot, checks: mended }, sceneTime);
  expect([...after].filter(([path, key]) => before.get(path) !== key).map(([path]) => path)).toEqual([
    '/checks/redis/',
  ]);
});

test('the page of a cause changes with what waits for it', () => {
  const { snapshot, sources } = sceneOf('year');
  const keyOf = (of: typeof snapshot): string | undefined =>
    pages(of, sources, sceneTime).find(({ path }) => path === '/checks/redis/')?.changesWith;
  const freed = snapshot.checks.map((check) => (check.id === 'queue' ? { ...check, blockedBy: null } : check));
  expect(keyOf({ ...snapshot, checks: freed })).not.toBe(keyOf(snapshot));
});

test('a page speaks the owner’s language', () => {
  using scene = pastScene(folder.path, 'year', 'nl');
  const made = making(scene.snapshot, scene.sources, sceneTime);
  const page = checkOf(made);
  expect(page.title).toBe('Redis: Storing · Omega');
  expect(page.past?.spans.at(-1)?.title).toBe('Een jaar');
});
