import { expect, test } from 'vitest';
import { renderReport } from '#holding/report/trend/render.ts';
import { plainReport } from '#holding/report/trend/plain-report.ts';
import { Report } from '#holding/report/trend/report.ts';
import { claimOf, reportOf } from '../letters/desk.ts';

const dutch = reportOf({
  language: 'nl',
  title: 'Trendrapport van marketing, 22 november 2025',
  claims: [
    claimOf('zonneboiler', 8, {
      text: '“zonneboiler” wordt genoemd in 8 van de 30 documenten, in de week ervoor in 0 van de 30.',
      files: 8,
      domains: [],
      counts: { sources: 8, of: 30, earlier: 0, earlierOf: 30 },
      quotes: [{ text: 'Iedereen vraagt naar een zonneboiler.', source: 'documents/1.md' }],
      earlier: { first: '2025-11-08', last: '2025-11-15', sources: 5, of: 40 },
    }),
    claimOf('afhaalpunt', 9, { text: '“afhaalpunt” wordt genoemd op 9 van de 21 domeinen.' }),
  ],
  belowLimit: [{ term: 'thee', counts: { sources: 3, of: 30, earlier: 0, earlierOf: 30 } }],
  mostNamed: [{ term: 'winkel', sources: 19 }],
  gaps: ['Het web is niet doorzocht: brave-search is niet ingesteld.'],
});

test('a Dutch report has no sentence of Omega’s that is not Dutch', () => {
  expect(plainReport(renderReport(dutch))).toBe(`Trendrapport van marketing, 22 november 2025

2 trends van 16 november 2025 tot en met 22 november 2025, in 12 documenten en 21 domeinen op het web, vergeleken met de 12 weken ervoor.

Wat er nieuw is

1. zonneboiler

“zonneboiler” wordt genoemd in 8 van de 30 documenten, in de week ervoor in 0 van de 30.

Voor het eerst gemeld op 8 november 2025, het laatst op 15 november 2025, toen genoemd door 5 van de 40: nu weer, en sterker.

> “Iedereen vraagt naar een zonneboiler.” (documents/1.md)

Genoemd in: 8 eigen documenten. Verandering: 2,1 in log-odds, ± 0,5.

Vindplaatsen:

- https://news.example/one sha256 abababababababab, aanroep call-1

2. afhaalpunt

“afhaalpunt” wordt genoemd op 9 van de 21 domeinen.

> “Small shops try it” (news.example)

Genoemd op: news.example. Verandering: 2,1 in log-odds, ± 0,5.

Vindplaatsen:

- https://news.example/one sha256 abababababababab, aanroep call-1

Jouw onderwerpen

| onderwerp | bronnen | in een week ervoor |
| ai | 14 | 9,3 |

Onder de grens

Een nieuwe trend heeft hier minstens 5 bronnen nodig; deze stegen wel, maar te weinig bronnen noemen ze, dus het zijn geen trends: thee (3).

Het vaakst genoemd

Nieuw of niet: winkel (19).

Wat niet kon worden bekeken

- Het web is niet doorzocht: brave-search is niet ingesteld.

---

trend-2025-11-22, met regels (geteld, niet door een model geschreven), 5.400 termen vergeleken. Door toeval alleen zouden 0,31 termen voor een trend doorgaan. Gemaakt op ${new Date(dutch.generatedAt).toISOString()}.
`);
});

test('an English report says the same in English', () => {
  const markdown = renderReport(reportOf());
  expect(markdown).toContain(
    '2 trends from 16 November 2025 to 22 November 2025, in 12 documents and 21 domains of the web, compared with the 12 weeks before.',
  );
  expect(markdown).toContain('Named by: news.example. Change: 2.1 in log-odds, ± 0.5.');
  expect(markdown).toContain('5,400 terms compared. By chance alone 0.31 terms would pass for a trend.');
});

test('a report of before there were languages is English', () => {
  const { language: _, ...old } = reportOf();
  expect(renderReport(Report.parse(old))).toContain('## What is new');
});

test('an empty period and an example are said in the language of the report', () => {
  const sources = { documents: 0, domains: 0, termsCompared: 0 };
  const markdown = renderReport({ ...dutch, claims: [], sources, example: true });
  expect(markdown).toMatch(/^# Voorbeeld: Trendrapport/);
  expect(markdown).toContain('**Dit is een voorbeeld**');
  expect(markdown).toContain('Er was niets te lezen van 16 november 2025 tot en met 22 november 2025.');
});

test('a day that there is not is no report', () => {
  const period = { from: '2025-13-40', until: '2025-11-22', weeksBefore: 1 };
  expect(Report.safeParse({ ...reportOf(), period }).success).toBe(false);
});
