import type { Translated } from '#lib/language.ts';
import type { Command } from '../command.ts';
import type { Perform } from '../needs.ts';

/** Halts the agents' work. */
export function pauseCommand(needs: { readonly perform: Perform }): Command {
  const summary = { en: 'Halt the agents’ work', nl: 'Leg het werk van de agenten stil' };
  return swarmCommand('pause', summary, { ...needs, done: paused });
}

/** Lets it go on. */
export function resumeCommand(needs: { readonly perform: Perform }): Command {
  const summary = { en: 'Let the agents go on', nl: 'Laat de agenten verdergaan' };
  return swarmCommand('resume', summary, { ...needs, done: resumed });
}

function swarmCommand(
  name: 'pause' | 'resume',
  summary: Translated,
  { perform, done }: { readonly perform: Perform; readonly done: Translated },
): Command {
  return {
    name,
    summary,
    isDeed: true,
    run: async ({ id, signal, say }) => {
      const { state } = await perform('bot-command', { do: name }, { id, signal });
      if (state === 'done') return { html: say(done) };
      if (state === 'failed') return { html: say(failed) };
      return { html: say(passedOn) };
    },
  };
}

const paused = {
  en: '⏸ The agents pause: no new reports are made until /resume. A job that runs ends first. Watching, alerts and sending go on.',
  nl: '⏸ De agenten staan stil: er komen geen nieuwe rapporten tot /resume. Een taak die loopt wordt eerst afgemaakt. Bewaken, waarschuwen en versturen gaan door.',
};
const resumed = { en: '▶️ The agents go on.', nl: '▶️ De agenten gaan verder.' };
const failed = {
  en: '❌ That failed: <code>npm run jobs -- history bot-command</code>',
  nl: '❌ Dat is mislukt: <code>npm run jobs -- history bot-command</code>',
};
const passedOn = {
  en: 'It is passed on; the worker has not done it yet. /status shows how it stands.',
  nl: 'Het is doorgegeven; de worker heeft het nog niet gedaan. /status laat zien hoe het staat.',
};
