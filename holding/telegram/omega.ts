import { alertPresses } from './alert-press.ts';
import type { BotTalk } from './bot.ts';
import { ackCommand } from './commands/ack.ts';
import { approveCommand, type ApproveNeeds } from './commands/approve.ts';
import { helpCommand } from './commands/help.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { lastReport, reportCommand, type ReportNeeds } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { statusCommand } from './commands/status.ts';
import { todoCommand } from './commands/todo.ts';

/** What Omega's bot understands: all of it. */
export function omegaTalk(needs: ReportNeeds & ApproveNeeds): BotTalk {
  const commands = [
    statusCommand(needs),
    incidentsCommand(needs),
    todoCommand(needs),
    reportCommand(needs),
    runCommand(needs),
    approveCommand(needs),
    pauseCommand(needs),
    resumeCommand(needs),
    ackCommand(needs),
  ];
  return {
    commands: [...commands, helpCommand(commands)],
    lastReport: (asked) => lastReport(needs, asked),
    alertPress: alertPresses(needs),
  };
}
