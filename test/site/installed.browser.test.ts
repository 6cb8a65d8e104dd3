import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexView } from '#holding/health/views.ts';
import { feedView } from '#holding/health/views/feed.ts';
import { making } from '#holding/health/views/page.ts';
import { pages } from '#holding/health/views/pages.ts';
import { createSite } from '#site/site.ts';
import { findChromium, startChromium } from '../support/chromium.ts';
import { pastScene } from '../support/past.ts';
import { builtRenderer, served, temporaryFolder, type Served } from '../support/site.ts';

const chromium = findChromium();

if (chromium === null) test.skip('what is around the pages: skipped, for there is no Chromium on the PATH', () => {});

describe.skipIf(chromium === null)('what is around the pages', () => {
  let browser: Browser;
  let page: Page;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let site: Served;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const now = Date.now();
    site = await served();
    using scene = pastScene(folder.path, 'year');
    const snapshot = { ...scene.snapshot, generatedAt: now, staleAfter: now + 600_000 };
    const renderer = await builtRenderer(folder.path);
    await site.show(snapshot, renderer);
    const source = {
      view: indexView(snapshot, now),
      json: JSON.stringify(snapshot),
      pages: pages(snapshot, scene.sources, now),
      feed: feedView(making(snapshot, scene.sources, now)),
      whole: true,
      isOld: async () => false,
    };
    const drawing = { folder: site.folder, load: async () => renderer, now: () => now, everyMs: 60_000 };
    await createSite({ ...drawing, read: async () => source }).render(new AbortController().signal);
    browser = await startChromium(chromium ?? '');
    page = await browser.newPage();
    await page.goto(site.url);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test.each(['feed.xml', 'badge.svg', 'badge/redis.svg', 'badge/shop.svg', 'icon.svg'])(
    '%s is well-formed XML',
    async (path) => {
      const xml = JSON.stringify(await readFile(join(site.folder, path), 'utf8'));
      const root = await page.evaluate(
        `(() => { const { documentElement } = new DOMParser().parseFromString(${xml}, 'application/xml'); return [documentElement.localName, documentElement.querySelector('parsererror')?.textContent ?? null]; })()`,
      );
      expect(root).toEqual([path === 'feed.xml' ? 'feed' : 'svg', null]);
    },
  );

  test('a phone can install the page: manifest and icons are taken, under the page’s own policy', async () => {
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    const session = await page.context().newCDPSession(page);
    const { url, errors, data } = await session.send('Page.getAppManifest');
    expect([url, errors]).toEqual([`${site.url}manifest.webmanifest`, []]);
    expect(JSON.parse(data ?? '')).toMatchObject({ name: 'Omega nuc', start_url: '/', display: 'standalone' });
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('each icon is as large as the manifest says', async () => {
    for (const size of [180, 192, 512]) {
      const drawn = await page.evaluate(`(async () => {
        const { width, height } = await createImageBitmap(await (await fetch('/icon-${size}.png')).blob());
        return [width, height];
      })()`);
      expect(drawn).toEqual([size, size]);
    }
  });

  test('a badge is drawn as wide as its text, whatever the font', async () => {
    await using badges = await browser.newContext();
    const drawn = await badges.newPage();
    for (const path of ['badge.svg', 'badge/redis.svg', 'badge/shop.svg']) {
      await drawn.goto(site.url + path);
      const overflow = await drawn.evaluate(`Array.from(document.querySelectorAll('text'), (text) => {
        const { x, width } = text.getBBox();
        return x + width <= document.documentElement.width.baseVal.value;
      })`);
      expect(overflow, path).toEqual([true, true]);
    }
    await drawn.goto(`${site.url}badge.svg`);
    await drawn.screenshot({ path: join(import.meta.dirname, '..', 'screenshots', 'badge.png') });
  });
});
