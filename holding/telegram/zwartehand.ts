import type { Records } from './answers.ts';
import type { BotTalk } from './bot.ts';
import { helpCommand } from './commands/help.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { lastReport } from './commands/report.ts';
import { statusCommand } from './commands/status.ts';
import { todoCommand } from './commands/todo.ts';

/** What Zwartehand understands: it looks, and does nothing. */
export function zwartehandTalk(records: Records): BotTalk {
  const commands = [statusCommand(records), incidentsCommand(records), todoCommand(records)];
  return {
    commands: [...commands, helpCommand(commands)],
    lastReport: (asked) => lastReport(records, asked),
    alertPress: async () => null,
  };
}
