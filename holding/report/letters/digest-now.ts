import type { CheckRow } from '../../health/views.ts';
import { percentage, stateWords } from '../../health/views/wording.ts';
import type { DigestPast, DigestView } from './digest-view.ts';
import { html, type Part } from './html.ts';
import { list, mark, section, type Tone } from './page.ts';
import { stripPlot, ticksBelow } from './plot.ts';
import type { Writing } from './writing.ts';

const mostLowest = 5;

/** What waits for the owner, each with the command that settles it: all of it. */
export function waitingSection({ attention }: DigestView, { say }: Writing): Part {
  return section(
    say({ en: 'Waits for you', nl: 'Wacht op jou' }),
    list(
      attention.map(
        ({ what, why, command, minutes }) =>
          html`<p><b>${what}</b> <span class="quiet">${say({ en: `${minutes} min`, nl: `${minutes} min` })}</span></p>
            <p class="note">${why}</p>
            <p><code>${command}</code></p>`,
      ),
    ),
  );
}

/** The day's course, by the worst that was seen at each time. */
export function dayPlot({ day, window }: DigestView, { say, timezone, language }: Writing): Part {
  if (day === null) return null;
  const seen = [...new Set(day.strip.map(({ state }) => state))].filter((state) => state !== 'new' && state !== 'off');
  if (seen.length === 0) return null;
  const words = seen.map((state) => say(stateWords[state]).toLowerCase()).join(', ');
  const label = say({
    en: `The worst state at each time: ${words}`,
    nl: `De slechtste toestand op elk moment: ${words}`,
  });
  return section(
    say({ en: 'The day', nl: 'De dag' }),
    html`<figure>
      ${stripPlot(day.strip, label)}${ticksBelow(window, timezone, language)}
      <figcaption>
        ${say({ en: 'The worst of all checks at each time:', nl: 'De slechtste van alle controles op elk moment:' })}
        ${words}.
      </figcaption>
    </figure>`,
    lowest(day, { say, language }),
  );
}

/** Which checks cost the most of the day. */
function lowest({ lowest: all }: DigestPast, { say, language }: Pick<Writing, 'say' | 'language'>): Part {
  if (all.length === 0) return null;
  const told = all.slice(0, mostLowest).map(({ name, share }) => `${name} ${percentage(share, language)} %`);
  const more = all.length - told.length;
  const rest = more <= 0 ? '' : say({ en: `, and ${more} more`, nl: `, en nog ${more}` });
  return html`<p class="note">${say({ en: 'Up the least:', nl: 'Het minst in orde:' })} ${told.join(', ') + rest}</p>`;
}

/** What is not up at the last look. */
export function notUpSection({ notUp }: DigestView, writing: Writing): Part {
  return section(writing.say({ en: 'Not up', nl: 'Niet in orde' }), list(notUp.map((row) => checkLine(row, writing))));
}

function checkLine({ name, state, stateWord, since, reason, blockedBy }: CheckRow, { say, at }: Writing): Part {
  const waits =
    blockedBy === null
      ? null
      : html`<p class="note">${say({ en: `Waits for ${blockedBy}.`, nl: `Wacht op ${blockedBy}.` })}</p>`;
  return html`<p>
      ${stateMark(state, stateWord)} <b>${name}</b>
      <span class="quiet">${say({ en: 'since', nl: 'sinds' })}</span> ${at(since.ms)}
    </p>
    <p class="note">${reason}</p>
    ${waits}`;
}

/** A state's shape and its word. */
export function stateMark(state: CheckRow['state'], word: string): Part {
  const tone = toneOf(state);
  return html`<span class="word ${tone}">${mark(tone)}${word}</span>`;
}

function toneOf(state: CheckRow['state']): Tone {
  if (state === 'up' || state === 'down') return state;
  return state === 'degraded' || state === 'late' || state === 'flapping' ? 'degraded' : 'unknown';
}
