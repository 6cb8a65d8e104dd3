import type { Say } from '#lib/language.ts';
import type { Command, Reply } from '../command.ts';
import { escapeHtml } from '../split.ts';

/** Lists the others, and itself. */
export function helpCommand(others: readonly Command[]): Command {
  const help: Command = {
    name: 'help',
    summary: { en: 'What you can ask', nl: 'Wat je kunt vragen' },
    run: async ({ say }) => helpReply([...others, help], say),
  };
  return help;
}

function helpReply(commands: readonly Command[], say: Say): Reply {
  const lines = commands.map(({ name, usage, summary }) => {
    const how = usage === undefined ? '' : ` ${escapeHtml(usage)}`;
    return `/${name}${how}: ${escapeHtml(say(summary))}`;
  });
  return { html: [...lines, '', say(plainToo)].join('\n') };
}

/** What can be asked without a command. */
export const plainToo = {
  en: 'Or just ask: “all well?”, “what broke?”, “last report?”, “what must I do?”',
  nl: 'Of vraag gewoon: “alles goed?”, “wat is er stuk?”, “laatste rapport?”, “wat moet ik doen?”',
};
