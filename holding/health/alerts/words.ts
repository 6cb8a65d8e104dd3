import { translate, type Translated, type Words } from '#lib/language.ts';
import { joined, stateWords } from '../views/wording.ts';
import type { Span } from '../store/history.ts';
import type { State } from '../snapshot.ts';

/** How many names are told before the rest is a number. */
const toldNames = 5;

/** What an alert says: a headline, and a line a fact. */
export interface Told {
  readonly title: Words;
  readonly lines: readonly Words[];
}

/** A cause that just came to light. */
export function openedWords(facts: {
  readonly name: Words;
  readonly headline: Words | undefined;
  /** As a person reads it. */
  readonly since: string;
  readonly reason: string;
  readonly affected: readonly Words[];
  readonly todo: { readonly what: string; readonly command: string } | null;
}): Told {
  const { name, headline, since, reason, affected, todo } = facts;
  return {
    title: headline ?? is(name, { en: 'is down', nl: 'ligt plat' }),
    lines: [
      { en: `Since ${since}: ${reason}`, nl: `Sinds ${since}: ${reason}` },
      ...waitingWords(affected),
      ...todoWords(todo),
    ],
  };
}

/** A cause that is still there. */
export function againWords(facts: Parameters<typeof openedWords>[0] & { readonly lasted: Words }): Told {
  const { lines } = openedWords(facts);
  const still = is(facts.name, { en: 'is still down, for', nl: 'ligt nog steeds plat, al' });
  return { title: joined([still, facts.lasted], ' '), lines };
}

/** A cause that is over. `as`: what it is now; null: it is watched no more. */
export function endedWords(facts: {
  readonly name: Words;
  readonly as: State | null;
  /** As a person reads it: from when to when. */
  readonly stretch: Words;
  readonly lasted: Words;
  readonly reason: string;
  /** It was not told while it went on. */
  readonly past: boolean;
}): Told {
  const { name, as, stretch, lasted, reason, past } = facts;
  const wasDown = joined([is(name, { en: 'was down', nl: 'lag plat' }), stretch, inBrackets(lasted)], ' ');
  const why = { en: `Reason: ${reason}`, nl: `Reden: ${reason}` };
  if (past) return { title: wasDown, lines: [why, nowWords(as)] };
  return { title: backWords(name, as), lines: [wasDown, why] };
}

/** It changes too often to be told each time. */
export function flappingWords(name: Words, reason: string): Told {
  const silence = {
    en: 'You will hear once more, when it has been steady for half an hour.',
    nl: 'Je hoort nog één keer iets, als hij een half uur stabiel is.',
  };
  return { title: is(name, { en: 'keeps changing', nl: 'wisselt steeds' }), lines: [reason, silence] };
}

/** It stopped changing. */
export function settledWords(facts: {
  readonly name: Words;
  readonly as: State;
  readonly stretch: Words;
  readonly changes: number;
}): Told {
  const { name, as, stretch, changes } = facts;
  const state = stateWords[as];
  const often = { en: `It changed ${changes} times`, nl: `Hij wisselde ${changes} keer` };
  return {
    title: joined([is(name, { en: 'is steady again', nl: 'is weer stabiel' }), state], ': '),
    lines: [joined([often, stretch], ' ')],
  };
}

/** It is nobody's business any more. */
export function goneWords(name: Words): Told {
  return { title: backWords(name, null), lines: [] };
}

/** The monitor itself was away. */
export function gapWords(facts: {
  readonly stretch: Words;
  readonly lasted: Words;
  readonly missedLooks: number;
  /** Null: could not be asked. */
  readonly jobs: readonly string[] | null;
  readonly wereDown: readonly Words[];
}): Told {
  const { stretch, lasted, missedLooks, jobs, wereDown } = facts;
  const off = { en: 'The monitor was off', nl: 'De bewaking was uit' };
  return {
    title: joined([off, stretch, inBrackets(lasted)], ' '),
    lines: [
      {
        en: `About ${missedLooks} looks were missed; everything was looked at anew`,
        nl: `Ongeveer ${missedLooks} keer is er niet gekeken; alles is opnieuw bekeken`,
      },
      jobWords(jobs),
      ...listed({ en: 'Down before it', nl: 'Lag daarvoor plat' }, wereDown),
    ],
  };
}

/** `from 02:10 to 02:40`. */
export function stretchWords({ from, to }: Span, clock: (time: number) => string): Translated {
  return { en: `from ${clock(from)} to ${clock(to)}`, nl: `van ${clock(from)} tot ${clock(to)}` };
}

/** How many wait, and the first of their names. */
export function waitingWords(affected: readonly Words[]): Words[] {
  if (affected.length === 0) return [];
  const [en, nl] = affected.length === 1 ? ['check waits', 'controle wacht'] : ['checks wait', 'controles wachten'];
  return listed({ en: `${affected.length} ${en} for it`, nl: `${affected.length} ${nl} erop` }, affected);
}

function todoWords(todo: { readonly what: string; readonly command: string } | null): Words[] {
  if (todo === null) return [];
  const command = todo.command === '' ? '' : `: ${todo.command}`;
  return [{ en: `To do: ${todo.what}${command}`, nl: `Te doen: ${todo.what}${command}` }];
}

function backWords(name: Words, as: State | null): Words {
  if (as === null) return is(name, { en: 'is watched no more', nl: 'wordt niet meer bewaakt' });
  if (as === 'off') return is(name, { en: 'is set up no more', nl: 'is niet meer ingesteld' });
  if (as === 'degraded') return is(name, { en: 'works again, but not well', nl: 'werkt weer, maar niet goed' });
  return is(name, { en: 'is up again', nl: 'werkt weer' });
}

function nowWords(as: State | null): Words {
  if (as === null) return { en: 'It is watched no more', nl: 'Hij wordt niet meer bewaakt' };
  return joined([{ en: 'Now', nl: 'Nu' }, stateWords[as]], ': ');
}

function jobWords(jobs: readonly string[] | null): Words {
  if (jobs === null)
    return { en: 'Which jobs came due is not known', nl: 'Welke taken aan de beurt waren is onbekend' };
  if (jobs.length === 0) return { en: 'No job is behind', nl: 'Geen taak loopt achter' };
  const [told] = listed({ en: 'Jobs that are being caught up', nl: 'Taken die worden ingehaald' }, jobs);
  return told ?? '';
}

function listed(what: Words, names: readonly Words[]): Words[] {
  if (names.length === 0) return [];
  const first = joined(names.slice(0, toldNames), ', ');
  const others = names.length - toldNames;
  const more = others > 0 ? { en: ` and ${others} more`, nl: ` en nog ${others}` } : '';
  return [joined([what, joined([first, more], '')], ': ')];
}

function inBrackets(words: Words): Words {
  return translate(words, (text) => `(${text})`);
}

function is(name: Words, what: Words): Words {
  return joined([name, what], ' ');
}
