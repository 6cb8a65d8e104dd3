import type { Incident } from '../../health/snapshot.ts';
import { stateWords } from '../../health/views/wording.ts';
import { answerFrom, listOf, type Known, type Records } from '../answers.ts';
import type { Command } from '../command.ts';
import { escapeHtml } from '../split.ts';

const mostOver = 5;

/** What is broken, and what was. */
export function incidentsCommand(records: Records): Command {
  return {
    name: 'incidents',
    summary: { en: 'What is broken, and what was', nl: 'Wat er stuk is, en wat stuk was' },
    run: (asked) => answerFrom(records, asked, incidentLines),
  };
}

function incidentLines(known: Known): readonly string[] {
  const { snapshot, say, isCurrent } = known;
  const open = snapshot.incidents.filter(({ to }) => to === null);
  const over = snapshot.incidents.filter(({ to }) => to !== null).slice(0, mostOver);
  const none = isCurrent ? say({ en: 'Nothing is broken now.', nl: 'Er is nu niets stuk.' }) : '';
  const title = isCurrent ? { en: 'Broken now', nl: 'Nu stuk' } : { en: 'Broken then', nl: 'Toen stuk' };
  const past = { en: 'Over', nl: 'Voorbij' };
  const overLines = over.map((incident) => lineOf(incident, known));
  return [
    ...listOf(
      say(title),
      open.map((incident) => lineOf(incident, known)),
      none,
    ),
    ...(over.length === 0 ? [] : ['', ...listOf(say(past), overLines, '')]),
  ];
}

function lineOf({ name, state, from, to, reason }: Incident, { clockwork, say, now }: Known): string {
  const when =
    to === null
      ? say({ en: `since ${clockwork.at(from, now)}`, nl: `sinds ${clockwork.at(from, now)}` })
      : say(clockwork.stretch({ from, to }, now));
  return `• <b>${escapeHtml(name)}</b> (${say(stateWords[state]).toLowerCase()}) ${when}: ${escapeHtml(reason)}`;
}
