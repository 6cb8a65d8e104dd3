import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '#holding/health/snapshot.ts';
import { indexView } from '#holding/health/views.ts';
import { openHealthStore } from '#holding/health/store/store.ts';
import { systemClock } from '#lib/clock.ts';
import { codeOf, OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import type { Renderer } from '#site/render.ts';
import { findChromium, startChromium } from '../test/support/chromium.ts';
import { builtRenderer, served } from '../test/support/site.ts';
import { hundred, sceneTime } from '../test/support/snapshots.ts';
import { defineBench, quantile, round } from './bench.ts';
import { startStack, type Stack } from './stack.ts';
import { startTarget } from './target.ts';

const sizes = [10, 30, 100, 1000] as const;
const draws = 200;
/** Each check goes down once: one that comes and goes would be flapping. */
const flips = 12;
const longestMs = 60_000;

/** What the page costs to draw and to load, and how soon it shows what happened. */
export default defineBench({
  name: 'site',
  summary: 'processor time of drawing, size and requests of the page, and from a flip to the file',
  against:
    'nothing: made-up snapshots of 10 to 1,000 checks, then the stack as npm start runs it with checks that go down',
  seconds: 60,
  run: async ({ tell, signal }) => {
    const folder = await mkdtemp(join(tmpdir(), 'omega-bench-'));
    try {
      const renderer = await builtRenderer(folder);
      const bytes = Object.fromEntries(
        await Promise.all(
          sizes.map(async (size) => [`bytes${size}`, (await drawn(renderer, hundred(size))).length] as const),
        ),
      );
      const renderCpuMs100 = await drawingCost(renderer, 100);
      tell(`drawing 100 checks takes ${renderCpuMs100} ms of CPU`);
      const requests100 = await requestsOf(renderer, 100);
      return { renderCpuMs100, ...bytes, requests100, flipToFileP95Ms: await flipToFile({ tell, signal }) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

async function drawn(renderer: Renderer, snapshot: Snapshot): Promise<Buffer> {
  return Buffer.from(await renderer.index(indexView(snapshot, sceneTime)));
}

/** The median of many: view and page, without the files. */
async function drawingCost(renderer: Renderer, size: number): Promise<number> {
  const snapshot = hundred(size);
  const costs: number[] = [];
  for (let n = 0; n < draws; n += 1) {
    const before = process.cpuUsage();
    await drawn(renderer, snapshot);
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 1000);
  }
  return round(quantile(costs, 0.5));
}

/** Counted in Chromium while it draws; NaN where there is none. */
async function requestsOf(renderer: Renderer, size: number): Promise<number> {
  const chromium = findChromium();
  if (chromium === null) return Number.NaN;
  await using site = await served();
  const now = Date.now();
  // Of now: a page that looks stale asks the server at once.
  await site.show({ ...hundred(size), generatedAt: now, staleAfter: now + 90_000 }, renderer);
  const browser = await startChromium(chromium);
  try {
    const page = await browser.newPage();
    let requests = 0;
    page.on('request', (request) => (requests += Number(!request.url().startsWith('data:')))); // The icon lies in the page.
    await page.goto(site.url, { waitUntil: 'networkidle' });
    return requests;
  } finally {
    await browser.close();
  }
}

/** From the decision that a check is down to the file of the page that says so. */
async function flipToFile({ tell, signal }: { tell: (line: string) => void; signal: AbortSignal }): Promise<number> {
  await using target = await startTarget();
  const one = (n: number): string => `  - { id: page-${n}, kind: http, url: '${target.url}${n}', every: 1s }`;
  const numbers = Array.from({ length: flips }, (_, n) => n);
  await using stack = await startStack({ signal, checks: ['checks:', ...numbers.map(one), ''].join('\n') });
  const delays: number[] = [];
  for (const n of numbers) {
    target.sicken(`/${n}`);
    delays.push(await shownAfter(stack, `page-${n}`, signal));
  }
  const p95 = quantile(delays, 0.95);
  tell(`${flips} checks went down; the page said so after ${quantile(delays, 0.5)} ms at p50, ${p95} at p95`);
  return p95;
}

async function shownAfter({ paths }: Stack, check: string, signal: AbortSignal): Promise<number> {
  using store = openHealthStore(paths.healthDb, { now: Date.now(), log: silentLog });
  const deadline = performance.now() + longestMs;
  while (performance.now() < deadline) {
    const page = await readPage(join(paths.site, 'index.html'));
    const now = Date.now();
    const incident = store.incidents(0).find((found) => found.check === check);
    const isTold = incident !== undefined && page.includes(`incidents/${incident.id}/`);
    if (isTold && incident.detectedAt !== null) return now - incident.detectedAt;
    await systemClock.sleep(20, signal);
  }
  throw new OmegaError(`The page never said that ${check} is down.`, { code: 'E_BENCH', hint: 'npm start says why.' });
}

/** Nothing before the first one is drawn. */
async function readPage(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
