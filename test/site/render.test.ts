import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexView } from '#holding/health/views.ts';
import { buildSite } from '#site/build.ts';
import { loadRenderer, type Renderer } from '#site/render.ts';
import { createSite, type PageSource } from '#site/site.ts';
import { scenes, sceneTime } from '../support/snapshots.ts';
import { builtRenderer, temporaryFolder } from '../support/site.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let renderer: Renderer;
const never = new AbortController().signal;

beforeAll(async () => {
  folder = await temporaryFolder();
  renderer = await builtRenderer(folder.path);
}, 120_000);

afterAll(async () => folder[Symbol.asyncDispose]());

async function page(scene: keyof typeof scenes, now = sceneTime): Promise<string> {
  return renderer.index(indexView(scenes[scene](), now));
}

describe('the page', () => {
  test('says the cause in words, and in its title', async () => {
    const html = await page('oneDown');
    expect(html).toContain('<h1>Redis is down</h1>');
    expect(html).toContain('<title>Redis is down · Omega</title>');
  });

  test('names what a blocked check waits for', async () => {
    expect(await page('oneDown')).toContain('waits for Redis');
  });

  test('puts what waits for the owner first, each with its command and minutes', async () => {
    const html = await page('oneDown');
    expect(html).toContain('<code>npm run setup</code>');
    expect(html).toContain('3 minutes');
    expect(html.indexOf('Waits for you')).toBeLessThan(html.indexOf('Daemons'));
  });

  test('shows nothing green when nothing is known', async () => {
    const rows = (await page('unknown')).match(/<li class="[^"]*"/g);
    expect(new Set(rows)).toEqual(new Set(['<li class="unknown"']));
    expect(await page('unknown')).not.toContain('href="#up"');
  });

  test('calls a snapshot that is old unknown, whatever it says itself', async () => {
    const html = await page('firstDay', sceneTime + 3_600_000);
    expect(html).toContain('class="hero unknown"');
    expect(html).not.toContain('<h1>All well</h1>');
  });

  test('says what to do when there is nothing to show', async () => {
    const html = await page('empty');
    for (const words of [
      'No check has reported yet',
      'No job has a schedule',
      'There are no queues',
      'No incidents so far',
    ]) {
      expect(html).toContain(words);
    }
  });

  test('shows what was never set up in a shape and words of its own, neither green nor since when', async () => {
    const html = await page('tools');
    expect(html).toContain('<li class="off"><svg role=none><use href="#off"/></svg><p><b>Brave Search</b>');
    expect(html).toContain('<p><b>Not set up</b></p>');
    expect(html).toContain('2 of 4 up, 2 not set up');
    expect(html).toContain('aria-label="90 days not set up"></svg>');
  });

  test('lists reports with their trends, and says which is an example', async () => {
    const html = await page('thirty');
    expect(html).toContain('<p><b>Trends of week 47</b> marketing</p><p>3 trends, 06:41</p>');
    expect(html).toContain('<span class="degraded">Example </span><b>Trends in the example documents</b>');
  });

  test('says how to see a report where there is none, and tells that from reports that could not be read', async () => {
    expect(await page('tools')).toContain(
      '<code>npm run job:trend-report -- --input &#39;{&quot;demo&quot;:true}&#39;',
    );
    expect(await page('unknown')).toContain('The reports could not be read');
  });

  test('counts what is remembered of each unit and kind, and how to begin where that is nothing', async () => {
    const html = await page('memory');
    expect(html).toContain('4329 records, 31 new this week, last write 07:31, last recall in 8 ms');
    expect(html).toContain('<b>marketing</b> trend 1204, fact 1004, decision 804');
    expect(html).toContain('<b>holding</b> fact 7, decision 14');
    const ofOneKind = { ...scenes.memory().memory!, counts: [{ unit: 'holding', kind: 'fact', records: 77 }] };
    const one = await renderer.index(indexView({ ...scenes.memory(), memory: ofOneKind }, sceneTime));
    expect(one).toContain('<b>holding</b> fact</p><p>77</p>');
    expect(await page('empty')).toContain('Nothing is remembered yet');
    expect(await page('unknown')).not.toContain('id="memory"');
  });

  test('spends less than 1.5 KB on the memory', async () => {
    const without = indexView({ ...scenes.memory(), memory: null }, sceneTime);
    const more = Buffer.byteLength(await page('memory')) - Buffer.byteLength(await renderer.index(without));
    expect(more).toBeGreaterThan(100);
    expect(more).toBeLessThan(1500);
  });

  test('tells queues that could not be asked from empty ones', async () => {
    expect(await page('unknown')).toContain('Redis did not answer');
  });

  test('leaves markup and control characters in names and reasons without effect', async () => {
    const html = await page('words');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('&lt;b onmouseover=alert(1)&gt;');
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  test('loads nothing: no address in it but its own', async () => {
    const html = await page('hundred');
    expect(html).not.toMatch(/(?:src|href)="(?!#|data:|status\.json)/);
  });

  test('is at most 25 KB with 30 checks and 55 KB with 100, its script at most 1 KB', async () => {
    const html = await page('thirty');
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(25_000);
    expect(Buffer.byteLength(await page('hundred'))).toBeLessThanOrEqual(55_000);
    expect(/<script[^>]*>(.*?)<\/script>/s.exec(html)?.[1]?.length).toBeLessThanOrEqual(1024);
  });

  test('carries every shape that it shows', async () => {
    for (const scene of ['firstDay', 'oneDown', 'words', 'unknown', 'empty'] as const) {
      const html = await page(scene);
      const shown = new Set(html.matchAll(/href="#(\w+)"/g).map(([, shape]) => shape));
      shown.delete('rest');
      expect(shown.difference(new Set(html.matchAll(/ id="(\w+)"/g).map(([, id]) => id)))).toEqual(new Set());
    }
  });

  test('is drawn the same twice', async () => {
    expect(await page('hundred')).toBe(await page('hundred'));
  });
});

describe('the site', () => {
  test('writes the page and the snapshot, for everyone to read', async () => {
    await using place = await temporaryFolder();
    const served = join(place.path, 'site');
    const site = createSite({ folder: served, read: source, load: async () => renderer });
    const { written, cpuMs } = await site.render(never);
    expect(written).toEqual(['status.json', 'index.html']);
    expect(cpuMs).toBeGreaterThan(0);
    expect((await readdir(served)).toSorted()).toEqual(['index.html', 'status.json']);
    expect((await stat(join(served, 'index.html'))).mode & 0o777).toBe(0o644);
    expect(await readFile(join(served, 'status.json'), 'utf8')).toBe('{"seq":1}');
  });

  test('keeps the last good page when one cannot be drawn, and says why', async () => {
    await using place = await temporaryFolder();
    await writeFile(join(place.path, 'index.html'), 'the last good one');
    const site = createSite({ folder: place.path, read: brokenSource, load: async () => renderer });
    await expect(site.render(never)).rejects.toMatchObject({ code: 'E_PAGE', cause: expect.any(RangeError) });
    expect(await readdir(place.path)).toEqual(['index.html']);
    expect(await readFile(join(place.path, 'index.html'), 'utf8')).toBe('the last good one');
  });

  test('finds a build that came after a run that had none', async () => {
    await using place = await temporaryFolder();
    const loads = [() => loadRenderer(join(place.path, 'nothing')), async () => renderer];
    const site = createSite({
      folder: place.path,
      read: source,
      load: async () => (loads.shift() ?? (async () => renderer))(),
    });
    await expect(site.render(never)).rejects.toMatchObject({ code: 'E_SITE_NOT_BUILT', hint: 'npm run site:build' });
    await expect(site.render(never)).resolves.toMatchObject({ written: ['status.json', 'index.html'] });
  });

  test('writes nothing once it is told to stop', async () => {
    await using place = await temporaryFolder();
    const site = createSite({ folder: place.path, read: source, load: async () => renderer });
    await expect(site.render(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await readdir(place.path)).toEqual([]);
  });
});

async function source(): Promise<PageSource> {
  return { json: '{"seq":1}', view: indexView(scenes.firstDay(), sceneTime) };
}

/** A view as no heartbeat would make it, in whose zone no time can be told. */
async function brokenSource(): Promise<PageSource> {
  const { json, view } = await source();
  return { json, view: { ...view, timezone: 'Nowhere/Land' } };
}

test('a build that is stopped leaves the former one as it was', async () => {
  await using place = await temporaryFolder();
  await writeFile(join(place.path, 'former'), '');
  await expect(buildSite({ to: place.path, signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  expect(await readdir(place.path)).toEqual(['former']);
});
