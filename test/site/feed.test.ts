import { parseAtomFeed } from 'feedsmith';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeedView } from '#holding/health/views.ts';
import { feedView } from '#holding/health/views/feed.ts';
import { making } from '#holding/health/views/page.ts';
import { momentsIn } from '#holding/health/views/wording.ts';
import { feedChangesWith, feedXml } from '#site/feed.ts';
import { pastScene, type PastScene } from '../support/past.ts';
import { sceneTime } from '../support/snapshots.ts';
import { temporaryFolder } from '../support/site.ts';

const minute = 60_000;
const moment = momentsIn('Europe/Amsterdam');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let scene: PastScene;

beforeAll(async () => {
  folder = await temporaryFolder();
  scene = pastScene(folder.path, 'year');
});

afterAll(async () => {
  scene[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const open: FeedView['incidents'][number] = {
  id: 3,
  check: 'redis',
  name: 'Redis',
  state: 'down',
  stateWord: 'Down',
  reason: 'No answer',
  from: moment(sceneTime - 10 * minute),
  to: null,
  ms: 10 * minute,
  detectMs: minute,
  affected: [],
};
const ended = { ...open, id: 2, to: moment(sceneTime - 5 * minute), ms: 5 * minute };

function viewOf(incidents: FeedView['incidents'], change: Partial<FeedView> = {}): FeedView {
  return { language: 'en', host: 'nuc', startedAt: moment(sceneTime - 60 * minute), incidents, ...change };
}

async function entriesOf(view: FeedView) {
  return parseAtomFeed(await feedXml(view)).entries ?? [];
}

describe('the feed', () => {
  test('has an entry where an incident was opened, and another where it ended, the newest first', async () => {
    const entries = await entriesOf(viewOf([open, ended]));
    expect(entries.map(({ title, updated }) => [title?.value, Date.parse(updated ?? '')])).toEqual([
      ['Redis: over', sceneTime - 5 * minute],
      ['Redis: Down', sceneTime - 9 * minute],
      ['Redis: Down', sceneTime - 9 * minute],
    ]);
    expect(entries[0]?.content?.value).toBe('It lasted 5 min, until 22 Nov 2025, 09:36:06. It was: No answer');
  });

  test('names each entry for ever: no two alike, and the same where the incident goes on', async () => {
    const [first] = await entriesOf(viewOf([open]));
    const later = await entriesOf(viewOf([{ ...open, ms: 20 * minute, reason: 'Another', to: moment(sceneTime) }]));
    expect(first?.id).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(later.map(({ id }) => id)).toContain(first?.id);
    expect(new Set((await entriesOf(viewOf([open, ended]))).map(({ id }) => id)).size).toBe(3);
    expect((await entriesOf(viewOf([open], { host: 'other' })))[0]?.id).not.toBe(first?.id);
  });

  test('knows no address of this machine: its links are relative', async () => {
    const xml = await feedXml(viewOf([open]));
    expect(
      xml
        .matchAll(/href="([^"]*)"/g)
        .map(([, href]) => href)
        .toArray(),
    ).toEqual(['feed.xml', 'incidents/', 'incidents/3/']);
  });

  test('speaks the owner’s language', async () => {
    const [entry] = await entriesOf(viewOf([ended], { language: 'nl' }));
    expect(entry?.title?.value).toBe('Redis: voorbij');
    expect(await feedXml(viewOf([ended], { language: 'nl' }))).toContain('xml:lang="nl"');
  });

  test('keeps markup in names and reasons as text', async () => {
    const hostile = { ...open, name: '<b>]]>&amp;"', reason: '</content><script>alert(1)</script>' };
    const [entry] = await entriesOf(viewOf([hostile]));
    expect(entry?.title).toMatchObject({ value: '<b>]]>&amp;": Down', type: 'text' });
    expect(entry?.content?.value).toContain('</content><script>alert(1)</script>');
  });

  test('has at most 50 entries', async () => {
    const many = Array.from({ length: 40 }, (_, id) => ({ ...ended, id }));
    expect(await entriesOf(viewOf(many))).toHaveLength(50);
  });

  test('can be read before anything happened', async () => {
    const feed = parseAtomFeed(await feedXml(viewOf([])));
    expect(feed.title?.value).toBe('Omega, nuc');
    expect(Date.parse(feed.updated ?? '')).toBe(sceneTime - 60 * minute);
  });

  test('is the same text until something happens', async () => {
    const at = (now: number): FeedView => feedView(making(scene.snapshot, scene.sources, now));
    expect(await feedXml(at(sceneTime))).toBe(await feedXml(at(sceneTime + minute)));
  });

  test.each([{ to: moment(sceneTime) }, { reason: 'Another' }, { name: 'Cache' }, { affected: ['Queue'] }])(
    'is drawn anew once an incident has %j',
    async (change) => {
      const [before, after] = [viewOf([open]), viewOf([{ ...open, ...change }])];
      expect(await feedXml(after)).not.toBe(await feedXml(before));
      expect(feedChangesWith(after)).not.toBe(feedChangesWith(before));
    },
  );

  test('is not drawn anew for as long as an incident goes on', () => {
    expect(feedChangesWith(viewOf([{ ...open, ms: open.ms + minute }]))).toBe(feedChangesWith(viewOf([open])));
  });
});
