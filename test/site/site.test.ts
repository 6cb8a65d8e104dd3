import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Snapshot } from '#holding/health/snapshot.ts';
import type { SitePage } from '#holding/health/views.ts';
import { indexView } from '#holding/health/views.ts';
import { feedView } from '#holding/health/views/feed.ts';
import { making } from '#holding/health/views/page.ts';
import { pages } from '#holding/health/views/pages.ts';
import { loadRenderer, type Renderer } from '#site/render.ts';
import { createSite, type SiteOptions, type SiteSource, type StatusSite } from '#site/site.ts';
import { pastScene, type PastScene } from '../support/past.ts';
import { scenes, sceneTime } from '../support/snapshots.ts';
import { builtRenderer, temporaryFolder } from '../support/site.ts';

const minute = 60_000;
const never = new AbortController().signal;
const long = new Date(1_000_000_000_000);

let built: Awaited<ReturnType<typeof temporaryFolder>>;
let renderer: Renderer;
let scene: PastScene;

beforeAll(async () => {
  built = await temporaryFolder();
  renderer = await builtRenderer(built.path);
  scene = pastScene(built.path, 'year');
}, 120_000);

afterAll(async () => {
  scene[Symbol.dispose]();
  await built[Symbol.asyncDispose]();
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let now: number;
let snapshot: Snapshot;

beforeEach(async () => {
  folder = await temporaryFolder();
  now = sceneTime;
  snapshot = scene.snapshot;
  return () => folder[Symbol.asyncDispose]();
});

function source(change: Partial<SiteSource> = {}): SiteSource {
  return {
    view: indexView(snapshot, now),
    json: JSON.stringify(snapshot),
    pages: pages(snapshot, scene.sources, now),
    feed: feedView(making(snapshot, scene.sources, now)),
    whole: true,
    isOld: async () => false,
    ...change,
  };
}

function siteOf(options: Partial<SiteOptions> = {}): StatusSite {
  return createSite({
    folder: folder.path,
    read: async () => source(),
    load: async () => renderer,
    now: () => now,
    everyMs: 14 * minute,
    ...options,
  });
}

/** The next look: a minute later, and the same but for what is said. */
function lookAgain(change: Partial<Snapshot> = {}): void {
  now += minute;
  snapshot = { ...snapshot, generatedAt: now, staleAfter: now + 2 * minute, ...change };
}

function withRedis(state: 'up' | 'down'): Partial<Snapshot> {
  return { checks: snapshot.checks.map((check) => (check.id === 'redis' ? { ...check, state, since: now } : check)) };
}

const read = (path: string): Promise<string> => readFile(join(folder.path, path), 'utf8');

/** A page that nobody can make. */
const broken: SitePage = {
  path: '/checks/broken/',
  changesWith: '',
  view: () => {
    throw new RangeError('no such thing');
  },
};

describe('what is drawn', () => {
  test('is the whole site the first time, the index before all else, for everyone to read', async () => {
    const { written, cpuMs } = await siteOf().render(never);
    expect(written.slice(0, 2)).toEqual(['status.json', 'index.html']);
    expect(written).toEqual(
      expect.arrayContaining([
        ...pages(snapshot, scene.sources, now).map(({ path }) => `${path.slice(1)}index.html`),
        'feed.xml',
        'badge.svg',
        'badge/redis.svg',
        'manifest.webmanifest',
        'robots.txt',
        'icon-192.png',
      ]),
    );
    expect(await read('status.json')).toBe(JSON.stringify(snapshot));
    expect(await read('checks/redis/index.html')).toContain('</html>');
    expect((await stat(join(folder.path, 'checks/redis/index.html'))).mode & 0o777).toBe(0o644);
    expect(cpuMs).toBeGreaterThan(0);
  });

  test('is the index alone where a look found nothing new', async () => {
    const site = siteOf();
    await site.render(never);
    lookAgain();
    expect((await site.render(never)).written).toEqual(['status.json', 'index.html']);
  });

  test('is what a flip concerns, and at once', async () => {
    const site = siteOf();
    lookAgain(withRedis('up'));
    await site.render(never);
    lookAgain(withRedis('down'));
    const { written } = await site.render(never);
    expect(written.slice(0, 2)).toEqual(['status.json', 'index.html']);
    expect(written.slice(2).toSorted()).toEqual(['badge/redis.svg', 'checks/redis/index.html']);
  });

  test('is all of it again after a quarter of an hour, but for what did not change', async () => {
    const site = siteOf();
    await site.render(never);
    now += 13 * minute;
    lookAgain();
    const { written } = await site.render(never);
    expect(written).toEqual(expect.arrayContaining(['checks/disk/index.html', 'runs/index.html', 'badge.svg']));
    expect(written).not.toEqual(expect.arrayContaining(['feed.xml']));
    expect(written).not.toEqual(expect.arrayContaining(['robots.txt']));
  });

  test('is not written where its bytes are the same, so that it keeps its date', async () => {
    await siteOf().render(never);
    const files = ['index.html', 'status.json', 'checks/redis/index.html', 'badge/redis.svg', 'icon-512.png'];
    for (const file of files) await utimes(join(folder.path, file), long, long);
    expect((await siteOf().render(never)).written).toEqual([]);
    for (const file of files) expect((await stat(join(folder.path, file))).mtime).toEqual(long);
  });

  test('is the index once more where the heartbeat looked again meanwhile, before the other pages', async () => {
    const order: string[] = [];
    const watched: Renderer = {
      index: async (view) => (order.push('/'), renderer.index(view)),
      draw: async (page) => (order.push(page.path), renderer.draw(page)),
    };
    let asked = 0;
    const site = siteOf({ load: async () => watched, read: async () => source({ isOld: async () => ++asked === 3 }) });
    await site.render(never);
    expect(order.map((path) => (path === '/' ? path : 'other')).slice(0, 5)).toEqual([
      '/',
      'other',
      'other',
      '/',
      'other',
    ]);
    expect(new Set(order).size).toBe(order.length - 1);
  });

  test('is left to the next run where time is up, and the index never is', async () => {
    const site = siteOf({ mostMs: 0 });
    expect((await site.render(never)).written).toEqual(['status.json', 'index.html']);
    expect(await readdir(folder.path)).not.toContain('checks');
  });

  test('lets others run between two pages', async () => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 0);
    await siteOf().render(never);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
  });

  test('is nothing once it is told to stop', async () => {
    await expect(siteOf().render(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe('what cannot be drawn', () => {
  test('leaves its last good page, and the others are drawn', async () => {
    await mkdir(join(folder.path, 'checks/broken'), { recursive: true });
    await writeFile(join(folder.path, 'checks/broken/index.html'), 'the last good one');
    const site = siteOf({ read: async () => source({ pages: [broken, ...pages(snapshot, scene.sources, now)] }) });
    await expect(site.render(never)).rejects.toMatchObject({
      code: 'E_PAGE',
      message: 'checks/broken/index.html could not be drawn; the last good one stays',
      cause: expect.any(RangeError),
    });
    expect(await read('checks/broken/index.html')).toBe('the last good one');
    expect(await read('checks/redis/index.html')).toContain('</html>');
    expect(await read('feed.xml')).toContain('</feed>');
  });

  test('is tried again with each run', async () => {
    const listed = [broken];
    const site = siteOf({ read: async () => source({ pages: listed }) });
    await expect(site.render(never)).rejects.toThrow('could not be drawn');
    await expect(site.render(never)).rejects.toThrow('could not be drawn');
    listed.pop();
    await expect(site.render(never)).resolves.toMatchObject({ written: [] });
  });

  test('ends the run where it is many files, and each of the others still gets its turn', async () => {
    const drawn: string[] = [];
    const failing = Array.from({ length: 25 }, (_, index): SitePage => {
      const path = `/checks/broken-${index}/`;
      return { path, changesWith: '', view: () => (drawn.push(path), broken.view()) };
    });
    const site = siteOf({ read: async () => source({ pages: failing }) });
    await expect(site.render(never)).rejects.toThrow('and 5 more could not be drawn');
    expect(drawn).toHaveLength(10);
    await expect(site.render(never)).rejects.toThrow('could not be drawn');
    await expect(site.render(never)).rejects.toThrow('could not be drawn');
    expect(new Set(drawn).size).toBe(25);
    expect(await read('robots.txt')).toContain('Disallow');
  });

  test('leaves the index and the snapshot that it shows as they were, together', async () => {
    await writeFile(join(folder.path, 'index.html'), 'the last good one');
    const nowhere = { ...indexView(snapshot, now), timezone: 'Nowhere/Land' };
    const site = siteOf({ read: async () => source({ view: nowhere }) });
    await expect(site.render(never)).rejects.toMatchObject({ code: 'E_PAGE', cause: expect.any(RangeError) });
    expect(await read('index.html')).toBe('the last good one');
    expect(await readdir(folder.path)).not.toContain('status.json');
    expect(await read('runs/index.html')).toContain('</html>');
  });

  test('for want of a build is drawn once there is one', async () => {
    const loads = [() => loadRenderer(join(folder.path, 'nothing')), async () => renderer];
    const site = siteOf({ load: async () => (loads.shift() ?? (async () => renderer))() });
    await expect(site.render(never)).rejects.toMatchObject({ code: 'E_SITE_NOT_BUILT', hint: 'npm run site:build' });
    await expect(site.render(never)).resolves.toMatchObject({
      written: expect.arrayContaining(['status.json', 'index.html']),
    });
  });
});

describe('what is there no longer', () => {
  test('is removed, with its badge', async () => {
    const site = siteOf();
    await site.render(never);
    lookAgain({ checks: snapshot.checks.filter(({ id }) => id !== 'disk') });
    await site.render(never);
    expect(await readdir(join(folder.path, 'checks'))).not.toContain('disk');
    expect(await readdir(join(folder.path, 'badge'))).not.toContain('disk.svg');
    expect(await readdir(join(folder.path, 'checks'))).toContain('redis');
    expect(await readdir(join(folder.path, 'incidents'))).toEqual(expect.arrayContaining(['index.html', '10']));
  });

  test('is drawn at once where it comes back as it was', async () => {
    const site = siteOf();
    await site.render(never);
    const { checks } = snapshot;
    lookAgain({ checks: checks.filter(({ id }) => id !== 'disk') });
    await site.render(never);
    lookAgain({ checks });
    const { written } = await site.render(never);
    expect(written).toEqual(expect.arrayContaining(['checks/disk/index.html', 'badge/disk.svg']));
  });

  test('stays where not all pages could be listed', async () => {
    await mkdir(join(folder.path, 'incidents/4'), { recursive: true });
    await siteOf({ read: async () => source({ whole: false }) }).render(never);
    expect(await readdir(join(folder.path, 'incidents'))).toContain('4');
  });

  test('are halves of files that a killed process left, once they are old, wherever they lie', async () => {
    const halves = ['index.html.7.x.tmp', 'checks/redis/index.html.7.x.tmp', 'badge/redis.svg.7.x.tmp'];
    for (const path of [...halves, 'index.html.8.x.tmp']) {
      await mkdir(join(folder.path, path, '..'), { recursive: true });
      await writeFile(join(folder.path, path), '<!doc');
      await utimes(join(folder.path, path), now / 1000 - 120, now / 1000 - 120);
    }
    await utimes(join(folder.path, 'index.html.8.x.tmp'), now / 1000, now / 1000);
    await siteOf().render(never);
    const left = (await readdir(folder.path, { recursive: true })).filter((path) => path.endsWith('.tmp'));
    expect(left).toEqual(['index.html.8.x.tmp']);
  });

  test('is removed nowhere else', async () => {
    const others = ['reader/index.html', 'notes.txt', 'runs/old.html'];
    for (const path of others) {
      await mkdir(join(folder.path, path, '..'), { recursive: true });
      await writeFile(join(folder.path, path), 'kept');
    }
    await siteOf().render(never);
    for (const path of others) expect(await read(path)).toBe('kept');
  });

  test('is not looked for behind a link', async () => {
    await using other = await temporaryFolder();
    await writeFile(join(other.path, 'kept.txt'), 'kept');
    await mkdir(join(folder.path, 'checks'));
    await symlink(other.path, join(folder.path, 'checks', 'gone'));
    await symlink(other.path, join(folder.path, 'units'));
    const withoutUnits = source({
      pages: pages({ ...scenes.oneDown(), units: null }, scene.sources, now),
    });
    await siteOf({ read: async () => withoutUnits }).render(never);
    expect(await readdir(other.path)).toEqual(['kept.txt']);
    expect(await readdir(join(folder.path, 'checks'))).not.toContain('gone');
  });
});
