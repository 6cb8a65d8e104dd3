import { usageError } from '#lib/errors.ts';
import { runCommand } from './command.ts';
import { examine } from './telegram-doctor.ts';
import { link } from './telegram-link.ts';

await runCommand({
  name: 'npm run telegram',
  summary: 'the bots: tell them which chat is yours, and find out what is wrong with them',
  help: [
    ['-- link [omega|zwartehand]', 'shows a code for five minutes; whoever sends it to the bot is its owner'],
    ['-- doctor', 'token, webhook, chat and other programs of both bots; 1 where something is wrong'],
    ['-- doctor --json', 'for scripts'],
  ],
  options: { json: { type: 'boolean', default: false } },
  run: async ({ positionals: [verb = 'doctor', ...words], values: { json }, signal }) => {
    if (verb === 'link') return link(words, signal);
    if (verb === 'doctor') return examine({ json, signal });
    throw usageError(`There is no “npm run telegram -- ${verb}”.`, 'npm run telegram -- --help lists what there is.');
  },
});
