import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageSources } from '#holding/health/views/page.ts';
import { pages } from '#holding/health/views/pages.ts';
import type { Parcel } from '#holding/report/outbox.ts';
import type { Renderer } from '#site/render.ts';
import { pastScene, type PastKind, type PastScene } from '../support/past.ts';
import { builtRenderer, temporaryFolder } from '../support/site.ts';
import { outboxView, sceneTime } from '../support/snapshots.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let renderer: Renderer;

beforeAll(async () => {
  folder = await temporaryFolder();
  renderer = await builtRenderer(folder.path);
}, 120_000);

afterAll(async () => folder[Symbol.asyncDispose]());

async function draw(kind: PastKind, language: 'en' | 'nl' = 'en'): Promise<ReadonlyMap<string, string>> {
  using scene = pastScene(folder.path, kind, language);
  const drawn = new Map<string, string>();
  for (const { path, view } of pages(scene.snapshot, scene.sources, sceneTime)) {
    drawn.set(path, await renderer.draw({ path, view: view() }));
  }
  return drawn;
}

describe('the pages of the past', () => {
  test('each weigh at most 40 KB, and fetch nothing', async () => {
    for (const [path, html] of await draw('year')) {
      expect(Buffer.byteLength(html), path).toBeLessThanOrEqual(40_000);
      expect(html, path).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    }
  });

  test('keep what a check says inert', async () => {
    const html = (await draw('year')).get('/checks/shop/') ?? '';
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script>alert|<b onmouseover|<img/);
    for (const hidden of ['\u0007', '\u202E']) expect(html).not.toContain(hidden);
  });

  test('say that the past cannot be read, and show nothing of it as well', async () => {
    const drawn = await draw('unreadable');
    for (const path of ['/checks/disk/', '/incidents/', '/runs/', '/units/marketing/']) {
      expect(drawn.get(path), path).toContain('The records of the past cannot be read');
    }
    expect(drawn.get('/runs/')).not.toMatch(/class="?(?:i )?up/);
    expect(drawn.get('/reports/')).toContain('The reports could not be read');
  });

  test('say on the first day that history begins, and what to do where there is nothing', async () => {
    const drawn = await draw('firstDay');
    expect(drawn.get('/checks/redis/')).toContain('History goes back to 09:33');
    expect(drawn.get('/checks/disk/')).toContain('history begins with its first look');
    expect(drawn.get('/incidents/')).toContain('None so far');
    expect(drawn.get('/runs/')).toContain('npm run job:heartbeat');
    expect(drawn.get('/reports/')).toContain('npm run job:trend-report');
    expect(drawn.get('/units/marketing/')).toContain('It has made no report yet');
  });

  test('list what was sealed by its number, with the way to open it, and nothing of its text', async () => {
    using scene = pastScene(folder.path, 'year');
    const html = await reportsOf(scene, () => ({ parcels: [parcel(42), parcel(41, 'dead')], readerSha256: 'ab12' }));
    expect(html).toMatch(/href="?\/reader\/#42/);
    for (const words of ['Sent <i class="i unknown">', 'Refused', 'chat not found', 'resend dead', 'ab12']) {
      expect(html).toContain(words);
    }
    expect(html).not.toContain('secret-ref');
  });

  test('say that what was sealed is not known where the ledger cannot be read', async () => {
    using scene = pastScene(folder.path, 'year');
    expect(await reportsOf(scene, () => null)).toContain('The list of sealed reports could not be read');
  });

  test('say what to do without a key, that nothing is proven, and what goes out unsealed', async () => {
    using scene = pastScene(folder.path, 'year');
    const change = { recipients: 0, sealed: 0, heldBack: 3, plaintext: ['digest'] };
    const none = { ...scene, snapshot: { ...scene.snapshot, outbox: outboxView(sceneTime, change) } };
    const html = await reportsOf(none, () => ({ parcels: [], readerSha256: null }));
    for (const words of ['Held back: 3', 'npm run setup', 'unsealed, as OMEGA_REPORT_PLAINTEXT says: digest']) {
      expect(html).toContain(words);
    }
    const first = { ...scene, snapshot: { ...scene.snapshot, outbox: outboxView(sceneTime, { verified: false }) } };
    expect(await reportsOf(first, () => ({ parcels: [parcel(1)], readerSha256: null }))).toContain('Unverified.');
  });

  test('speak Dutch from the title to the last line', async () => {
    const drawn = await draw('year', 'nl');
    expect(drawn.get('/checks/redis/')).toContain('<html lang=nl>');
    const english =
      /\b(?:since|Figures|Changes|Incidents|Uptime|Timeline|Affected|Budget used|Took|Began|Last runs|of which)\b/;
    for (const path of [
      '/checks/redis/',
      '/incidents/',
      '/incidents/10/',
      '/units/marketing/',
      '/runs/',
      '/reports/',
    ]) {
      const text = (drawn.get(path) ?? '').replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/g, ' ');
      expect(text, path).not.toMatch(english);
    }
  });

  test('set no space before the end of a sentence where there is no time to tell', async () => {
    using scene = pastScene(folder.path, 'firstDay');
    const checks = scene.snapshot.checks.map((check) => ({ ...check, state: 'off' as const }));
    const all = pages({ ...scene.snapshot, checks }, scene.sources, sceneTime);
    const off = all.find(({ path }) => path === '/checks/disk/');
    const html = off === undefined ? '' : await renderer.draw({ path: off.path, view: off.view() });
    expect(html).toContain('<b>Not set up</b>. 38 % of 476 GB used');
  });

  test('tell of an open incident since when it is, for how long it was would be old within a second', async () => {
    const drawn = await draw('year');
    expect(drawn.get('/incidents/')).toContain('<b>Down</b> since 08:37');
    expect(drawn.get('/incidents/10/')).toContain('<dt>To its end</dt><dd>not yet</dd>');
    expect(drawn.get('/checks/redis/')).toContain('<b>Down</b> <');
  });

  test('draw no figures of what was never set up', async () => {
    const drawn = await draw('firstDay');
    expect(drawn.get('/checks/network/')).toContain('It was never set up, so there are no figures.');
    for (const path of ['/checks/network/', '/checks/disk/']) expect(drawn.get(path)).not.toMatch(/<table|<figure/);
    expect(drawn.get('/checks/redis/')).toMatch(/<table.*<figure/);
  });

  test('tell an incident from its first failing look on', async () => {
    const html = (await draw('year')).get('/incidents/10/') ?? '';
    const order = ['First failing look', 'Detected', 'Affected', 'Alert', 'Changed'].map((word) =>
      html.indexOf(`<b>${word}`),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
  });

  test('name the unit’s mandate, what is left of its budget, and how to read and approve it', async () => {
    const html = (await draw('year')).get('/units/marketing/') ?? '';
    for (const words of ['Ends soon', '6 left', '34 of 40 used', 'npm run mandate -- approve marketing']) {
      expect(html.toLowerCase()).toContain(words.toLowerCase());
    }
  });
});

async function reportsOf(
  scene: Pick<PastScene, 'snapshot' | 'sources'>,
  sealed: PageSources['sealed'],
): Promise<string> {
  const sources = { ...scene.sources, ...(sealed === undefined ? {} : { sealed }) };
  const page = pages(scene.snapshot, sources, sceneTime).find(({ path }) => path === '/reports/');
  return page === undefined ? '' : renderer.draw({ path: page.path, view: page.view() });
}

function parcel(seq: number, state: Parcel['state'] = 'accepted'): Parcel {
  const times = { createdAt: sceneTime - 60_000, nextBy: sceneTime, nextTryAt: null, ackedAt: null };
  const file = { file: 'x.orp', bytes: 4096, sha512: '00', recipients: 1, plaintext: false };
  const fault = state === 'dead' ? 'chat not found' : null;
  const named = { seq, epoch: 1, id: String(seq), ref: 'secret-ref', kind: 'digest' as const };
  return { ...named, ...times, ...file, state, attempts: 1, carriedBy: null, fault };
}
