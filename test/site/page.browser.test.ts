import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '#lib/language.ts';
import type { Renderer } from '#site/render.ts';
import { findChromium, startChromium } from '../support/chromium.ts';
import { builtRenderer, served, temporaryFolder, type Served } from '../support/site.ts';
import { scenes, sceneTime } from '../support/snapshots.ts';

const chromium = findChromium();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const screenshots = join(import.meta.dirname, '..', 'screenshots');
/** Both schemes at every width; each is kept as a picture at its last one. */
const looks = [
  ['light', [320, 360, 768, 1440]],
  ['dark', [1440, 768, 360]],
] as const;

if (chromium === null) test.skip('the page in a browser: skipped, for there is no Chromium on the PATH', () => {});

describe.skipIf(chromium === null)('the page in a browser', () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let renderer: Renderer;
  let site: Served;

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true });
    folder = await temporaryFolder();
    [renderer, site, browser] = await Promise.all([
      builtRenderer(folder.path),
      served(),
      startChromium(chromium ?? ''),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  /** A page whose clock stands six seconds after the scene's look, and goes only when told to. */
  async function open(options: BrowserContextOptions = {}): Promise<Page & AsyncDisposable> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.clock.install({ time: sceneTime + 6000 });
    return Object.assign(page, { [Symbol.asyncDispose]: async () => context.close() });
  }

  describe.each(Object.entries(scenes))('with the scene %s', (name, scene) => {
    test.each(languages)('fits every width, and has nothing that axe finds, in %s', async (language) => {
      await site.show({ ...scene(), language }, renderer);
      await using page = await open({ bypassCSP: true });
      await page.goto(site.url);
      await page.addScriptTag({ path: axe });
      for (const [colorScheme, widths] of looks) {
        await page.emulateMedia({ colorScheme });
        for (const width of widths) {
          await page.setViewportSize({ width, height: 900 });
          expect(await page.evaluate('document.documentElement.scrollWidth'), `${width}`).toBe(width);
        }
        await page.screenshot({ path: join(screenshots, `${name}-${language}-${colorScheme}.png`), fullPage: true });
        const found = await page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
        );
        expect(found).toEqual([]);
      }
    });
  });

  test('is one request, and breaks no rule of its own policy', async () => {
    await site.show(scenes.hundred(), renderer);
    await using page = await open();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(site.url, { waitUntil: 'networkidle' });
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([site.url]);
    expect(complaints).toEqual([]);
    expect(await page.evaluate('getComputedStyle(document.body).margin')).toBe('0px');
    expect(await page.locator('#age').textContent()).toMatch(/^\d s ago$/);
  });

  test('runs no script but its own', async () => {
    await site.show(scenes.firstDay(), renderer);
    await using page = await open();
    await page.goto(site.url);
    const ran = await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      'ran' in window`);
    expect(ran).toBe(false);
  });

  test('says STALE in its header, title and favicon when the heartbeat has stopped, and nothing is green then', async () => {
    await site.show(scenes.firstDay(), renderer);
    await using page = await open();
    await page.goto(site.url);
    const icon = await page.locator('#icon').getAttribute('href');
    expect(await page.locator('.flag').isVisible()).toBe(false);
    await site[Symbol.asyncDispose]();
    await page.clock.runFor(150_000);
    expect(await page.title()).toMatch(/^STALE · All well/);
    expect(await page.locator('.flag').isVisible()).toBe(true);
    expect(await page.getByText('Stale: no news since').isVisible()).toBe(true);
    expect(await page.locator('#icon').getAttribute('href')).not.toBe(icon);
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.hero')).filter`)).toBe('grayscale(1)');
    await page.screenshot({ path: join(screenshots, 'stale.png') });
    site = await served();
  });

  test('calls last known what was known, and not that there is no news, with a script or without', async () => {
    await site.show(scenes.firstDay(), renderer, sceneTime + 3_600_000);
    for (const javaScriptEnabled of [true, false]) {
      await using page = await open({ javaScriptEnabled });
      await page.clock.setSystemTime(sceneTime + 3_600_000);
      await page.goto(site.url);
      expect(await page.locator('h1').textContent()).toMatch(/^No news since/);
      expect(await page.locator('.flag').isVisible()).toBe(true);
      if (!javaScriptEnabled) continue;
      expect(await page.evaluate(`getComputedStyle(document.querySelector('h1'), '::before').content`)).toBe('none');
      expect(await page.evaluate(`getComputedStyle(document.querySelector('#rest')).filter`)).toBe('grayscale(1)');
    }
  });

  /** The page of a look that lies so far ahead of the server's clock. */
  async function showAhead(aheadMs: number): Promise<number> {
    const now = Date.now();
    const at = now + aheadMs;
    await site.show({ ...scenes.firstDay(), generatedAt: at, staleAfter: at + 90_000 }, renderer);
    return now;
  }

  test('says that it is dated in the future, and is not green then', async () => {
    const now = await showAhead(600_000);
    await using page = await open();
    await page.clock.setSystemTime(now);
    const answer = page.waitForResponse((response) => response.request().resourceType() === 'fetch');
    await page.goto(site.url);
    await (await answer).finished();
    await page.clock.runFor(1000);
    expect(await page.locator('#age').textContent()).toBe('in the future');
    expect(await page.title()).toMatch(/^STALE · All well/);
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.hero')).filter`)).toBe('grayscale(1)');
  });

  test.each([
    ['behind', -600_000],
    ['ahead', 600_000],
  ])('blames no clock of the server’s where that of the machine that looks is %s', async (_, skewMs) => {
    const now = await showAhead(-3000);
    await using page = await open();
    await page.clock.setSystemTime(now + skewMs);
    await page.goto(site.url);
    await page.locator('html:not(.stale)').waitFor();
    expect(await page.locator('#age').textContent()).toMatch(/^\d s ago$/);
    expect(await page.title()).toMatch(/^All well/);
  });

  test('shows what is new by itself, and is no longer stale', async () => {
    await site.show(scenes.firstDay(), renderer);
    await using page = await open();
    await page.goto(site.url);
    await page.clock.runFor(160_000);
    expect(await page.title()).toMatch(/^STALE/);
    const at = Date.now();
    const later = { ...scenes.oneDown(), generatedAt: at, staleAfter: at + 150_000 };
    await site.show(later, renderer);
    const answer = page.waitForResponse(site.url);
    await page.clock.runFor(30_000);
    await (await answer).finished();
    await page.getByRole('heading', { name: 'Redis is down' }).waitFor();
    expect(await page.title()).toBe('Redis is down · Omega');
    expect(await page.locator('.flag').isVisible()).toBe(false);
  });

  test('leaves open what was unfolded when it shows what is new', async () => {
    const [one] = scenes.firstDay().attention;
    if (one === undefined) throw new Error('Nothing waits');
    const attention = Array.from({ length: 7 }, (_, index) => ({ ...one, what: `Thing ${index}` }));
    await site.show({ ...scenes.firstDay(), attention }, renderer);
    await using page = await open();
    await page.goto(site.url);
    await page.locator('summary').click();
    await site.show({ ...scenes.oneDown(), attention }, renderer);
    const answer = page.waitForResponse(site.url);
    await page.clock.runFor(30_000);
    await (await answer).finished();
    await page.getByRole('heading', { name: 'Redis is down' }).waitFor();
    expect(await page.getByText('Thing 6').isVisible()).toBe(true);
  });

  test('asks for what is new with a conditional request', async () => {
    await site.show(scenes.firstDay(), renderer);
    await using page = await open();
    await page.goto(site.url);
    const again = page.waitForRequest(site.url);
    await page.clock.runFor(30_000);
    const headers = await (await again).allHeaders();
    expect(headers['if-none-match']).toMatch(/^"[0-9a-f]+"$/);
  });

  test('keeps what is there when it is answered with something that is no page of its own', async () => {
    await site.show(scenes.firstDay(), renderer);
    await using page = await open();
    await page.goto(site.url);
    await page.route(site.url, (route) => route.fulfill({ status: 503, body: '<h1>starting</h1>' }));
    const answer = page.waitForResponse(site.url);
    await page.clock.runFor(30_000);
    await (await answer).finished();
    expect(await page.locator('h1').textContent()).toBe('All well');
  });

  test('can be read without JavaScript: it says when it was made and when it is stale, and reloads', async () => {
    await site.show(scenes.oneDown(), renderer);
    await using page = await open({ javaScriptEnabled: false });
    await page.goto(site.url);
    const text = await page.locator('body').innerText();
    expect(text).toContain('Seen 22 Nov 2025, 09:41:06');
    expect(text).toContain('once it is later than 22 Nov 2025, 09:43:36');
    expect(text).toContain('Redis is down');
    expect(await readFile(join(site.folder, 'index.html'), 'utf8')).toContain('<meta http-equiv=refresh content=60>');
  });

  test('shows where the keyboard is, and can be skipped through', async () => {
    await site.show(scenes.firstDay(), renderer);
    await using page = await open();
    await page.goto(site.url);
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(`(() => {
      const { activeElement: link } = document;
      return [link.textContent, link.getBoundingClientRect().top >= 0, getComputedStyle(link).outlineStyle];
    })()`);
    expect(focused).toEqual(['Skip to the content', true, 'solid']);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Redis');
  });

  test('says that it is stale in Dutch too', async () => {
    await site.show({ ...scenes.firstDay(), language: 'nl' }, renderer);
    await using page = await open();
    await page.goto(site.url);
    await page.route(site.url, (route) => route.abort());
    expect(await page.locator('#age').textContent()).toMatch(/^\d s geleden$/);
    await page.clock.runFor(150_000);
    expect(await page.title()).toMatch(/^VEROUDERD · All well/);
    expect(await page.getByText('Verouderd: geen nieuws sinds').isVisible()).toBe(true);
  });

  test('is printed in columns and dark on light, unfolded, without what only a screen needs', async () => {
    const [one] = scenes.oneDown().attention;
    if (one === undefined) throw new Error('Nothing waits');
    const attention = Array.from({ length: 7 }, (_, index) => ({ ...one, what: `Thing ${index}` }));
    await site.show({ ...scenes.oneDown(), attention }, renderer);
    // A4 within the margins that browsers set.
    await using page = await open({ viewport: { width: 718, height: 1047 }, colorScheme: 'dark' });
    await page.goto(site.url);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(718);
    const columns = `getComputedStyle(document.querySelector('.rows li')).gridTemplateColumns.split(' ').length`;
    expect(await page.evaluate(columns)).toBe(5);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(247, 247, 244)');
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect((await page.getByText('Thing 6').boundingBox())?.height).toBeGreaterThan(10);
    await page.screenshot({ path: join(screenshots, 'print.png'), fullPage: true });
  });

  test('tells every bar and every state in words', async () => {
    await site.show(scenes.oneDown(), renderer);
    await using page = await open();
    await page.goto(site.url);
    const rows = page.locator('.rows li');
    expect(await rows.count()).toBe(11);
    expect(await page.getByRole('img').count()).toBe(11);
    expect(await page.getByRole('img', { name: /days up/ }).count()).toBe(11);
    expect(await rows.first().innerText()).toMatch(/Redis[\s\S]*Down\s+since/);
    expect(await page.getByRole('status').innerText()).toContain('Redis is down');
  });
});
