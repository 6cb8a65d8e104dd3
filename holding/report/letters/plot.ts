import type { Language } from '#lib/language.ts';
import type { State } from '../../health/snapshot.ts';
import { ticksOf } from '../../health/views/axis.ts';
import type { SpanView } from '../../health/views/span-view.ts';
import type { Span } from '../../health/store/history.ts';
import { html, trusted, type Html } from './html.ts';

/** Time in which there was nothing to watch is drawn as no state. */
const unwatched: ReadonlySet<State> = new Set(['new', 'off']);

/** A band of the worst state at each time: what is well lies low, all else stands out by its height as well. */
export function stripPlot(strip: SpanView['strip'], label: string): Html {
  const cells = strip.reduce((sum, run) => sum + run.cells, 0);
  let x = 0;
  const paths = strip.map(({ state, cells: wide }) => {
    const d = `M${x} 12h${wide}`;
    x += wide;
    return unwatched.has(state)
      ? null
      : html`<path class="${state}" d="${d}" stroke-width="${state === 'up' ? 10 : 24}" />`;
  });
  return html`<svg class="strip" role="img" aria-label="${label}" viewBox="0 0 ${cells} 24" preserveAspectRatio="none">
    <path class="ground" d="M0 12h${cells}" stroke-width="2" />
    ${paths}
  </svg>`;
}

/** A column an hour: below what went well, above it what did not. */
export function columnsPlot(
  columns: readonly { readonly fine: number; readonly troubled: number }[],
  label: string,
): Html {
  const top = Math.max(1, ...columns.map(({ fine, troubled }) => fine + troubled));
  const level = (count: number): number => Math.round(1000 - (count / top) * 1000) / 10;
  const stroke = (from: number, to: number, index: number): string =>
    to > from ? `M${index + 0.5} ${level(from)}V${Math.min(level(to), level(from) - 2)}` : '';
  const fine = columns.map((column, index) => stroke(0, column.fine, index)).join('');
  const bad = columns.map((column, index) => stroke(column.fine, column.fine + column.troubled, index)).join('');
  return html`<svg
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${columns.length} 100"
    preserveAspectRatio="none"
    stroke-width=".7"
  >
    <path class="fine" d="${fine}" />
    <path class="troubled" d="${bad}" />
  </svg>`;
}

/** Round times below a plot. */
export function ticksBelow(window: Span, timezone: string, language: Language): Html {
  const ticks = ticksOf(window, timezone, language).map(({ at, label }) => {
    const percent = Math.round(((at - window.from) / (window.to - window.from)) * 1000) / 10;
    const anchor = percent < 6 ? 'start' : percent > 94 ? 'end' : 'middle';
    return html`<text x="${percent}%" y="14" text-anchor="${anchor}">${label}</text>`;
  });
  return html`<svg class="ticks" aria-hidden="true">${ticks}</svg>`;
}

/** A bar of a share from 0 to 1, on its ground. */
export function shareBar(share: number, className: 'now' | 'before' | 'spent'): Html {
  const wide = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  const bar =
    wide === 0 ? null : html`<path class="${className}" d="M0 5h${trusted(String(wide))}" stroke-width="10" />`;
  return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <path class="ground" d="M0 5h100" stroke-width="10" />
    ${bar}
  </svg>`;
}
