import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimOf, never, office, reportOf } from './desk.ts';

const ref = 'trend/marketing/trend-2025-11-22';

test('tells counts on the outside, and all of it within', async () => {
  using all = office();
  all.keep(reportOf());
  const letter = await all.write(ref);
  expect(letter).toMatchObject({ ref, kind: 'trend', title: 'Trends in marketing', language: 'en', tally: '2 trends' });
  expect(letter.html).toContain(
    '2 trends in 12 documents and 21 domains of the web, compared with the 12 weeks before.',
  );
  expect(letter.html).toContain('9 of 21');
  expect(letter.html).toContain('4 of 190');
  expect(letter.html).toContain('is named by 9 of 21 domains');
  expect(letter.html).toContain('1 thing could not be looked at');
});

test('is Dutch as a whole where the report is', async () => {
  using all = office({ language: 'nl' });
  all.keep(reportOf({ language: 'nl', title: 'Trendrapport van marketing, 22 november 2025' }));
  const { html, title } = await all.write(ref);
  expect(title).toBe('Trendrapport van marketing, 22 november 2025');
  expect(html).toContain('<article lang="nl">');
  expect(html).toContain('Wat er nieuw is');
  expect(html).toContain('<details><summary>Vindplaatsen</summary>');
  expect(html).toContain('Van 16 november 2025 tot en met 22 november 2025, gemaakt op');
  expect(html).not.toContain('is in het Engels geschreven');
});

test('says so where the owner has chosen English since', async () => {
  using all = office();
  all.keep(reportOf({ language: 'nl' }));
  const { html } = await all.write(ref);
  expect(html).toContain('The report itself was written in Dutch.');
  expect(html).toContain('<article lang="nl">');
});

test('speaks Dutch around a report that is written in English, and says so', async () => {
  using all = office({ language: 'nl' });
  all.keep(reportOf());
  const { html, tally } = await all.write(ref);
  expect(tally).toBe('2 trends');
  expect(html).toContain('<html lang="nl">');
  expect(html).toContain('2 trends in 12 documenten en 21 domeinen op het web, vergeleken met de 12 weken ervoor.');
  expect(html).toContain('Het rapport zelf is in het Engels geschreven.');
  expect(html).toContain('<article lang="en">');
});

test('lets nothing that others wrote mark up, link, load or turn the text', async () => {
  using all = office();
  const hostile =
    '</style><script>alert(1)</script> [x](https://evil.example) ![y](https://evil.example/y.png) \u202Ebad';
  const source = '"><img src=x onerror=alert(1)>';
  const evidence = [{ callId: hostile, url: 'javascript:alert(1)', sha256: '`<b>`' }];
  const claim = claimOf(hostile, 9, { evidence, domains: [source], quotes: [{ text: hostile, source }] });
  const topics = [{ topic: hostile, sources: 2, earlier: 1 }];
  all.keep(reportOf({ title: hostile.slice(0, 200), claims: [claim], topics, gaps: [hostile] }));
  const { html, title } = await all.write(ref);
  expect(html).not.toMatch(/<(?:script|img|a|b)[\s>]/i);
  expect(html + title).not.toContain('\u202E');
  expect(html.match(/<\/style>/g)).toHaveLength(1);
});

test('leaves out examples and what cannot be read', async () => {
  using all = office();
  all.keep(reportOf({ id: 'trend-2025-11-22-example', example: true }));
  all.keep(reportOf({ id: 'broken' }));
  writeFileSync(join(all.units, 'marketing', 'reports', 'broken.json'), '{');
  expect(await all.desk.due(never)).toEqual(['digest/2025-11-22']);
  await expect(all.write('trend/marketing/trend-2025-11-22-example')).rejects.toMatchObject({ code: 'E_NO_LETTER' });
  await expect(all.write('trend/marketing/broken')).rejects.toMatchObject({ code: 'E_BROKEN_REPORT' });
});
