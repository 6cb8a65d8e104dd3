import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { states } from '#holding/health/snapshot.ts';
import { indexView } from '#holding/health/views.ts';
import { languages, type Language } from '#lib/language.ts';
import { badgeShapes } from '#site/badge-shapes.ts';
import { buildSite } from '#site/build.ts';
import type { Renderer } from '#site/render.ts';
import { checkView, scenes, sceneTime, snapshotOf } from '../support/snapshots.ts';
import { builtRenderer, temporaryFolder } from '../support/site.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let renderer: Renderer;

beforeAll(async () => {
  folder = await temporaryFolder();
  renderer = await builtRenderer(folder.path);
}, 120_000);

afterAll(async () => folder[Symbol.asyncDispose]());

async function page(scene: keyof typeof scenes, now = sceneTime, language: Language = 'en'): Promise<string> {
  return renderer.index(indexView({ ...scenes[scene](), language }, now));
}

describe('the page', () => {
  test('says the cause in words, and in its title', async () => {
    const html = await page('oneDown');
    expect(html).toContain('<h1>Redis is down</h1>');
    expect(html).toContain('<title>Redis is down · Omega</title>');
  });

  test('names what a blocked check waits for, and once', async () => {
    expect(await page('oneDown')).toContain('no answer within 5 s · waits for Redis');
    const blocked = { state: 'blocked', reason: 'Redis is the cause', blockedBy: 'redis' } as const;
    const checks = [checkView('Redis', { state: 'down' }), checkView('Queue', blocked)];
    const html = await renderer.index(indexView(snapshotOf(checks), sceneTime));
    expect(html).toContain('<a href=/checks/queue/>Queue</a> Redis is the cause<p>');
  });

  test('says where on the local network it can be read, and nothing of that where it cannot', async () => {
    const scene = scenes.firstDay();
    const open = { ...scene, host: { ...scene.host, network: '192.168.1.5' } };
    expect(await renderer.index(indexView(open, sceneTime))).toContain(
      'on the local network can read this at 192.168.1.5.',
    );
    expect(await page('firstDay')).not.toContain('local network');
  });

  test('puts what waits for the owner first, each with its command and minutes', async () => {
    const html = await page('oneDown');
    expect(html).toContain('<code>npm run setup</code>');
    expect(html).toContain('<span>3 min</span>');
    expect(html.indexOf('Waits for you')).toBeLessThan(html.indexOf('Daemons'));
  });

  test('shows nothing green when nothing is known', async () => {
    const html = await page('unknown');
    const classes = html.matchAll(/<li class=("[^"]*"|\w+)/g).map(([, found]) => found);
    expect(new Set(classes)).toEqual(new Set(['unknown', 'off'])); // Nothing watches the bots.
    expect(html).not.toMatch(/class="i up"|class=up|<path d/);
  });

  test('calls a snapshot that is old unknown, whatever it says itself', async () => {
    const html = await page('firstDay', sceneTime + 3_600_000);
    expect(html).toContain('<div class="hero unknown"><i class="i unknown"></i>');
    expect(html).not.toContain('<h1>All well</h1>');
  });

  test('is marked as stale by whoever draws it, so that nothing is green without a script either', async () => {
    expect(await page('firstDay', sceneTime + 3_600_000)).toContain('<html lang=en class=stale>');
    expect(await page('firstDay', sceneTime - 3_600_000)).toContain('<html lang=en class=stale>');
    expect(await page('firstDay')).toContain('<html lang=en>');
  });

  test('says what to do when there is nothing to show', async () => {
    const html = await page('empty');
    for (const words of [
      'No check has reported yet',
      'No job has a schedule',
      'There are no queues',
      'None in the last 7 days',
      'There is no business unit yet',
    ]) {
      expect(html).toContain(words);
    }
  });

  test('shows what was never set up in a shape and words of its own, neither green nor since when', async () => {
    const html = await page('tools');
    expect(html).toContain('2 of 4 up, 2 not set up');
    expect(html).toMatch(/<li class=off><p><a href=\/checks\/brave-search\/>Brave Search<\/a> [^<]*<p>Not set up<li/);
  });

  test('keeps the bars of what was watched before it was turned off', async () => {
    expect(await page('tools')).toMatch(
      /Calendar<\/a>.*?<svg role=img aria-label="69 days up, 1 \w+">.*?<p>Not set up<\/ul>/,
    );
  });

  test('lists reports with their trends, and says which is an example', async () => {
    const html = await page('thirty');
    expect(html).toContain('<p><b lang=en>Trends of week 47</b> marketing<p>3 trends, 06:41<li>');
    expect(html).toContain('<span class=degraded>Example </span><b lang=en>Trends in the example documents</b>');
  });

  test('says in which language the title of a report is, for whoever has the page read aloud', async () => {
    expect(await page('thirty', sceneTime, 'nl')).toContain('<b lang=en>Trends of week 47</b>');
  });

  test('says how to see a report where there is none, and tells that from reports that could not be read', async () => {
    expect(await page('tools')).toContain(
      '<code>npm run job:trend-report -- --input &#39;{&quot;demo&quot;:true}&#39;',
    );
    expect(await page('unknown')).toContain('The reports could not be read');
  });

  test('counts what is remembered of each unit and kind, and how to begin where that is nothing', async () => {
    const html = await page('memory');
    expect(html).toContain('4329 records, 31 new this week, last write 07:31, last recall in 8.4 ms');
    expect(html).toContain('<b>marketing</b> trend 1204, fact 1004, decision 804');
    expect(html).toContain('<b>holding</b> fact 7, decision 14');
    const ofOneKind = { ...scenes.memory().memory!, counts: [{ unit: 'holding', kind: 'fact', records: 77 }] };
    const one = await renderer.index(indexView({ ...scenes.memory(), memory: ofOneKind }, sceneTime));
    expect(one).toContain('<b>holding</b> fact<p>77</ul>');
    expect(await page('empty')).toContain('Nothing is remembered yet');
    expect(await page('unknown')).not.toContain('<h2>Memory</h2>');
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
    const html = (await page('hundred')).replace(/<script[\s\S]*/, '');
    expect(html).not.toMatch(/(?:src|href)="?(?![#"]|data:|\/(?!\/))/);
  });

  test.each(languages)(
    'is at most 25 KB with 30 checks and 55 KB with 100, its script at most 1 KB, in %s',
    async (language) => {
      const html = await page('thirty', sceneTime, language);
      expect(Buffer.byteLength(html)).toBeLessThanOrEqual(25_000);
      expect(Buffer.byteLength(await page('hundred', sceneTime, language))).toBeLessThanOrEqual(55_000);
      expect(/<script[^>]*>(.*?)<\/script>/s.exec(html)?.[1]?.length).toBeLessThanOrEqual(1024);
    },
  );

  test.each(['oneDown', 'thirty', 'unknown', 'empty', 'memory'] as const)(
    'speaks Dutch from the header to the last line with the scene %s',
    async (scene) => {
      const html = await page(scene, sceneTime, 'nl');
      expect(html).toContain('<html lang=nl>');
      const text = html.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<code>[^<]*<\/code>|<[^>]*>/g, ' ');
      expect(text).not.toMatch(
        /\b(?:since|Waits|Daemons|uptime|latency|Jobs|Queues|Memory|Past|Incidents|every|hourly|daily|overdue|last|Took|Next|Skip|running|Look|Seen|records|all of them|Mandate|get through|more)\b/,
      );
      expect(text).toContain('Gezien');
    },
  );

  test('says loudly that alerts did not get through, and nothing where all did', async () => {
    expect(await page('oneDown')).toContain('<b>2 alerts did not get through.</b>');
    expect(await page('firstDay')).not.toContain('get through');
  });

  test('tells an open incident with what it affects, since when and how long, and links to it', async () => {
    const html = await page('oneDown');
    expect(html).toContain('<a href=/incidents/2/>Redis</a> exited with code 1 thrice · affects Queue, Scheduler');
    expect(html).toContain('since 08:37, 1 h 4 min');
  });

  test('shows how much of its mandate a unit has used, and what it did last', async () => {
    const html = await page('oneDown');
    expect(html).toContain('<a href=/units/marketing/>Marketing</a> last report 06:41');
    expect(html).toContain('Model calls today <span>34 of 40</span><meter value=0.85 high=0.8></meter>');
    expect(html).toContain('Last action: Marketing, trend-report done, 06:41.');
  });

  test('tells what changed, from what to what, since when or for how long, and why', async () => {
    const html = await page('oneDown');
    expect(html).toContain(
      '<li class=down><p><a href=/checks/redis/>Redis</a> exited with code 1 three times in 10 minutes<p><b>Up → Down</b> since 08:37<li class=blocked><p><b>Queue, Scheduler</b> Redis is the cause<p><b>Up → Blocked</b>',
    );
    expect(html).toContain(
      '<li class=off><p><a href=/checks/network/>Network</a> no address answered<p><b>Up → Down</b> · 6 min · 21 Nov 12:41',
    );
    expect(html.indexOf('Changed in 24 hours')).toBeLessThan(html.indexOf('<h2>Daemons'));
  });

  test('says in a line that nothing changed, which is not that it could not be read', async () => {
    expect(await page('firstDay')).toContain('<h2>Changed in 24 hours</h2><p>nothing</div></section>');
    expect(await page('unknown')).toMatch(/Changed in 24 hours<\/h2><\/div><p class="card unknown">.*cannot be read/);
    expect(await page('firstDay', sceneTime, 'nl')).toContain('<h2>Veranderd in 24 uur</h2><p>niets</div>');
  });

  test('counts the changes that there is no room for, and names only the first of many at once', async () => {
    const html = await page('thirty');
    expect(html).toContain('<p>1 more · <a href=/incidents/>incidents</a></div>');
    const [one] = scenes.oneDown().changes ?? [];
    const changes = Array.from({ length: 30 }, (_, index) => ({ ...one!, check: `check-${index}` }));
    const many = await renderer.index(indexView({ ...scenes.firstDay(), changes }, sceneTime));
    expect(many).toContain('<b>check-0, check-1 and 28 more</b> no address answered');
  });

  test('says how to watch Zwartehand where nothing does', async () => {
    expect(await page('oneDown')).toContain('a check with the id zwartehand in checks.yaml');
  });

  test('folds away what is too much at once, with a count', async () => {
    const [one] = scenes.firstDay().attention;
    const attention = Array.from({ length: 7 }, (_, index) => ({ ...one!, what: `Thing ${index}` }));
    const html = await renderer.index(indexView({ ...scenes.firstDay(), attention }, sceneTime));
    expect(html).toContain('<summary>2 more, 6 min together</summary>');
    expect(html).toContain('<b>Thing 6</b>');
  });

  test.each([
    ['firstDay', 'up'],
    ['oneDown', 'down'],
    ['tools', 'degraded'],
    ['unknown', 'unknown'],
  ] as const)('shows in its tab with the scene %s the shape of %s', async (scene, state) => {
    expect(/rel=icon [^>]*? d='([^']+)'/.exec(await page(scene))?.[1]).toBe(badgeShapes[state]);
  });

  test.each(states)('draws %s in the shape that badges have', async (state) => {
    const styled = new RegExp(`\\.${state}\\{[^}]*--s:path\\("([^"]+)"\\)`).exec(await page('firstDay'))?.[1];
    expect(styled).toBe(badgeShapes[state]);
  });

  test('is drawn the same twice', async () => {
    expect(await page('hundred')).toBe(await page('hundred'));
  });
});

test('a build that is stopped leaves the former one as it was', async () => {
  await using place = await temporaryFolder();
  await writeFile(join(place.path, 'former'), '');
  await expect(buildSite({ to: place.path, signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  expect(await readdir(place.path)).toEqual(['former']);
});
