import { answerFrom, listOf, type Known, type Records } from '../answers.ts';
import type { Command } from '../command.ts';
import { escapeHtml } from '../split.ts';

/** What waits for the owner. */
export function todoCommand(records: Records): Command {
  return {
    name: 'todo',
    summary: { en: 'What waits for you', nl: 'Wat er op jou wacht' },
    run: (asked) => answerFrom(records, asked, todoLines),
  };
}

function todoLines({ snapshot: { attention }, say, isCurrent }: Known): readonly string[] {
  const none = isCurrent ? say({ en: 'Nothing waits for you.', nl: 'Er wacht niets op jou.' }) : '';
  const lines = attention.map(
    ({ what, why, command, minutes }) =>
      `• <b>${escapeHtml(what)}</b> (${minutes} min)\n${escapeHtml(why)}\n<code>${escapeHtml(command)}</code>`,
  );
  return listOf(say({ en: 'What waits for you', nl: 'Wat er op jou wacht' }), lines, none);
}
