import { freshnessOf } from '#lib/clock.ts';
import { sayIn, type Translated } from '#lib/language.ts';
import type { Snapshot } from '../snapshot.ts';
import type { PageFrame } from '../views.ts';
import { amountOf, checkNoun, stateWords, type MomentOf } from './wording.ts';

/** How it all stands; a look that is not current at `now` is called unknown, whatever it says itself. */
export function overallView(snapshot: Snapshot, now: number, moment: MomentOf): PageFrame['overall'] {
  const say = sayIn(snapshot.language);
  const summary = summaryOf(snapshot);
  const freshness = freshnessOf(snapshot, now);
  if (freshness === 'fresh') {
    const { state, headline, since } = snapshot.overall;
    return { state, stateWord: say(stateWords[state]), headline, summary, since: moment(since) };
  }
  const since = moment(snapshot.generatedAt);
  const headline = say(freshness === 'stale' ? noNews(since.text) : fromTheFuture);
  const then = say({ en: `Then: ${summary}`, nl: `Toen: ${summary}` });
  return { state: 'unknown', stateWord: say(stateWords.unknown), headline, summary: then, since };
}

function noNews(since: string): Translated {
  return { en: `No news since ${since}`, nl: `Geen nieuws sinds ${since}` };
}

const fromTheFuture = {
  en: 'The last look is dated in the future',
  nl: 'De laatste blik heeft een datum in de toekomst',
};
const noChecks = { en: 'No checks', nl: 'Geen controles' };
const waiting = {
  one: { en: 'thing waits for you', nl: 'ding wacht op je' },
  many: { en: 'things wait for you', nl: 'dingen wachten op je' },
};

function summaryOf({ checks, attention, language }: Snapshot): string {
  const say = sayIn(language);
  const counts = [...Map.groupBy(checks, ({ state }) => state)]
    .map(([state, of]) => ({ word: say(stateWords[state]).toLowerCase(), count: of.length }))
    .toSorted((a, b) => b.count - a.count)
    .map(({ word, count }) => `${count} ${word}`);
  const looked =
    checks.length === 0 ? say(noChecks) : `${say(amountOf(checks.length, checkNoun))}: ${counts.join(', ')}`;
  return attention.length === 0 ? `${looked}.` : `${looked}; ${say(amountOf(attention.length, waiting))}.`;
}
