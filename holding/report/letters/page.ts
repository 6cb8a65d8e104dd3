import { createHash } from 'node:crypto';
import { html, trusted, type Html, type Part } from './html.ts';
import { style } from './style.ts';
import type { Writing } from './writing.ts';

/** How a letter looks at a glance; only `up` is green. */
export type Tone = 'up' | 'degraded' | 'down' | 'unknown' | 'plain';

/** What every letter has. */
export interface Sheet {
  /** What kind of letter it is, and of when. */
  readonly kicker: string;
  readonly headline: string;
  readonly tone: Tone;
  /** The whole in a sentence; null: there is nothing to add. */
  readonly lead: Part;
  readonly body: readonly Part[];
  readonly foot: Part;
}

/** Whoever opens it in a browser is protected as in the reader: it may run nothing and ask for nothing. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** Made apart from the page, whose formatting would add blanks that are not in the hash. */
const styleElement = trusted(`<style>${style}</style>`);

/** One self-contained page without script, reference or request. */
export function sheetOf(writing: Writing, { kicker, headline, tone, lead, body, foot }: Sheet): Html {
  return html`<!doctype html>
    <html lang="${writing.language}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${headline} · Omega</title>
        ${styleElement}
      </head>
      <body>
        <header class="${tone}">
          <p class="kicker">${kicker}</p>
          <h1>${tone === 'plain' ? null : mark(tone)}${headline}</h1>
          ${lead === null ? null : html`<p class="lead">${lead}</p>`}
        </header>
        <main>${body}</main>
        <footer>${foot}</footer>
      </body>
    </html> `;
}

/** A part of a letter under its own heading; nothing at all where it has no parts. */
export function section(title: string, ...parts: readonly Part[]): Part {
  return parts.every((part) => part === null)
    ? null
    : html`<section>
        <h2>${title}</h2>
        ${parts}
      </section>`;
}

/** A list; null where it is empty. */
export function list(items: readonly Part[], className = ''): Html | null {
  if (items.length === 0) return null;
  return html`<ul${className === '' ? null : html` class="${className}"`}>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** Figures side by side, each with what it is. */
export function figures(all: readonly { readonly what: string; readonly value: string }[]): Html {
  return html`<dl class="figures">
    ${all.map(
      ({ what, value }) =>
        html`<div>
          <dt>${what}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** The shape of a state, which stands beside its word: colour alone tells nothing. */
export function mark(tone: Tone): Html {
  return html`<svg class="mark ${tone}" viewBox="0 0 16 16" aria-hidden="true">
    <path d="${trusted(shapes[tone])}" />
  </svg>`;
}

const shapes: Readonly<Record<Tone, string>> = {
  up: 'M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2z',
  degraded: 'M8 2l6.5 11.5h-13z',
  down: 'M4 2l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z',
  unknown: 'M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2zm0 2a4 4 0 1 0 0 8 4 4 0 1 0 0-8z',
  plain: 'M8 4l4 4-4 4-4-4z',
};
