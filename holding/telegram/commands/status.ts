import type { Say } from '#lib/language.ts';
import type { CheckView, State } from '../../health/snapshot.ts';
import { stateWords } from '../../health/views/wording.ts';
import { answerFrom, type Known, type Records } from '../answers.ts';
import type { Command } from '../command.ts';
import { escapeHtml } from '../split.ts';

/** What nobody watches now is neither well nor unwell. */
const leftOut: ReadonlySet<State> = new Set(['off', 'paused', 'maintenance']);
const mostNamed = 20;

/** How it all stands. */
export function statusCommand(records: Records): Command {
  return {
    name: 'status',
    summary: { en: 'How it all stands', nl: 'Hoe het ervoor staat' },
    run: (asked) => answerFrom(records, asked, statusLines),
  };
}

function statusLines(known: Known): readonly string[] {
  const { snapshot, isCurrent, say, clockwork, now } = known;
  const { headline, state, since } = snapshot.overall;
  const watched = snapshot.checks.filter((check) => !leftOut.has(check.state));
  const unwell = watched.filter((check) => check.state !== 'up');
  const named = unwellLines(unwell, say);
  if (!isCurrent) return [...pastLines(known), ...named];
  const from = clockwork.at(since, now);
  const counts = [watched.length - unwell.length, watched.length] as const;
  return [
    `${mark[state]} <b>${escapeHtml(headline)}</b> ${say({ en: `since ${from}`, nl: `sinds ${from}` })}`,
    ...named,
    say({ en: `${counts.join(' of ')} checks up`, nl: `${counts.join(' van ')} controles goed` }),
    ...attentionLine(known),
  ];
}

function unwellLines(unwell: readonly CheckView[], say: Say): readonly string[] {
  const named = unwell.slice(0, mostNamed).map(({ name, state, reason }) => {
    const as = say(stateWords[state]).toLowerCase();
    return `• <b>${escapeHtml(name)}</b> (${as}): ${escapeHtml(reason)}`;
  });
  const more = unwell.length - named.length;
  return more === 0 ? named : [...named, say({ en: `… and ${more} more`, nl: `… en nog ${more}` })];
}

const mark = { up: '✅', degraded: '⚠️', down: '❌', unknown: '❔' } as const;

/** That all was well is no answer to how it is. */
function pastLines({ snapshot, say }: Known): readonly string[] {
  const { state, headline } = snapshot.overall;
  return state === 'up' ? [] : [say({ en: `Then: ${escapeHtml(headline)}`, nl: `Toen: ${escapeHtml(headline)}` })];
}

function attentionLine({ snapshot: { attention }, say }: Known): readonly string[] {
  const count = attention.length;
  if (count === 0) return [];
  const en = `${count} ${count === 1 ? 'thing waits' : 'things wait'} for you: /todo`;
  return [say({ en, nl: `${count} ${count === 1 ? 'ding wacht' : 'dingen wachten'} op jou: /todo` })];
}
