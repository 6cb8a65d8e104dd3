import { expect, test } from 'vitest';
import { markupOf } from '#holding/report/letters/html.ts';
import { columnsPlot, shareBar, stripPlot } from '#holding/report/letters/plot.ts';

test('draws what is well low and all else tall, and nothing where nobody watched', () => {
  const strip = [
    { state: 'new', cells: 2 },
    { state: 'up', cells: 5 },
    { state: 'down', cells: 1 },
  ] as const;
  const svg = markupOf(stripPlot(strip, 'a <day>'));
  expect(svg).toContain('viewBox="0 0 8 24"');
  expect(svg).toContain('aria-label="a &lt;day&gt;"');
  expect(svg).toContain('<path class="up" d="M2 12h5" stroke-width="10" />');
  expect(svg).toContain('<path class="down" d="M7 12h1" stroke-width="24" />');
  expect(svg).not.toContain('class="new"');
});

test('stands what went wrong on what went well, and shows also one of many', () => {
  const svg = markupOf(columnsPlot([{ fine: 1000, troubled: 1 }], 'runs'));
  expect(svg).toContain('class="fine" d="M0.5 100V0.1"');
  expect(svg).toContain('class="troubled" d="M0.5 0.1V-1.9"');
});

test('keeps a bar within its ground', () => {
  expect(markupOf(shareBar(7, 'now'))).toContain('d="M0 5h100"');
  expect(markupOf(shareBar(0, 'now'))).not.toContain('class="now"');
});
