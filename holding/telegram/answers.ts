import { freshnessOf } from '#lib/clock.ts';
import type { Language, Say } from '#lib/language.ts';
import { clockworkIn, type Clockwork } from '../health/alerts/clockwork.ts';
import type { Snapshot } from '../health/snapshot.ts';
import type { Asked, Reply } from './command.ts';
import { escapeHtml } from './split.ts';

/** What answers are made of: the last heartbeat's snapshot, and nothing else. */
export interface Records {
  /** Null: there is none, or it cannot be read. */
  readonly snapshot: () => Promise<Snapshot | null>;
  /** IANA zone in which times are told. */
  readonly timezone: string;
  readonly language: Language;
}

/** A snapshot as it may be spoken of now. */
export interface Known {
  readonly snapshot: Snapshot;
  /** Only then may anything be called so now; else a notice stands above. */
  readonly isCurrent: boolean;
  readonly clockwork: Clockwork;
  readonly say: Say;
  readonly now: number;
}

/** Answers from the snapshot; of one that is too old it says so first, and of none that nothing is known. */
export async function answerFrom(
  { snapshot: read, timezone, language }: Records,
  { say, now }: Asked,
  tell: (known: Known) => readonly string[],
): Promise<Reply> {
  const snapshot = await read();
  if (snapshot === null) return { html: say(nothingKnown) };
  const clockwork = clockworkIn(timezone, language);
  const isCurrent = freshnessOf(snapshot, now) === 'fresh';
  const known = { snapshot, isCurrent, clockwork, say, now };
  const notice = isCurrent ? [] : [staleNotice(known), ''];
  return { html: [...notice, ...tell(known)].join('\n') };
}

const nothingKnown = {
  en: 'There has been no heartbeat yet, so nothing is known. On the machine: <code>npm run status</code>',
  nl: 'Er is nog geen hartslag geweest, dus er is niets bekend. Op de machine: <code>npm run status</code>',
};

function staleNotice({ snapshot, clockwork, say, now }: Known): string {
  if (freshnessOf(snapshot, now) === 'future') {
    return say({
      en: '<b>UNKNOWN</b>: the last heartbeat is dated in the future, so nothing is known of now.',
      nl: '<b>ONBEKEND</b>: de laatste hartslag heeft een tijd in de toekomst, dus over nu is niets bekend.',
    });
  }
  const at = clockwork.at(snapshot.generatedAt, now);
  const age = say(clockwork.lasting(now - snapshot.generatedAt));
  return say({
    en: `<b>STALE</b>: the last heartbeat was at ${at}, ${age} ago. How it is now is not known: <code>npm run status</code>`,
    nl: `<b>VEROUDERD</b>: de laatste hartslag was om ${at}, ${age} geleden. Hoe het nu gaat is niet bekend: <code>npm run status</code>`,
  });
}

/** A title in bold above lines, or what is said where there are none. */
export function listOf(title: string, lines: readonly string[], none: string): readonly string[] {
  return lines.length === 0 ? [none] : [`<b>${escapeHtml(title)}</b>`, ...lines];
}
