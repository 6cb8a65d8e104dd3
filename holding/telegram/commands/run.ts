import { confirmation, type Asked, type Command, type Reply } from '../command.ts';
import type { JobEnd, Perform } from '../needs.ts';
import { escapeHtml } from '../split.ts';

/** What may be run from a phone: nothing of these takes anything away, nor acts outside of this machine. */
const allowed = ['heartbeat', 'trend-report', 'report-send', 'housekeeping', 'memory-index'];

/** Runs a job now, once that was confirmed. */
export function runCommand({ perform }: { readonly perform: Perform }): Command {
  return {
    name: 'run',
    usage: '<job>',
    summary: { en: 'Run a job now', nl: 'Voer nu een taak uit' },
    isDeed: true,
    run: async (asked) => ask(asked),
    confirmed: async (asked) => {
      const [job = ''] = asked.words;
      if (!allowed.includes(job)) return which(asked);
      const { id, signal } = asked;
      return { html: ended(job, await perform(job, {}, { id, signal }), asked) };
    },
  };
}

function ask(asked: Asked): Reply {
  const [job = ''] = asked.words;
  const buttons = allowed.includes(job) ? confirmation('run', [job], asked) : null;
  if (buttons === null) return which(asked);
  const html = asked.say({ en: `Run <b>${job}</b> now?`, nl: `<b>${job}</b> nu uitvoeren?` });
  return { html, buttons };
}

function which({ words: [job], say }: Asked): Reply {
  const list = allowed.map((name) => `/run ${name}`).join('\n');
  const wrong = job === undefined ? '' : `${escapeHtml(job)}: `;
  return {
    html: say({
      en: `${wrong}from here you can run:\n${list}`,
      nl: `${wrong}hiervandaan kun je dit uitvoeren:\n${list}`,
    }),
  };
}

/** Errors may hold anything, so they stay on the machine. */
function ended(job: string, { state }: JobEnd, { say }: Asked): string {
  const look = `<code>npm run jobs -- history ${job}</code>`;
  if (state === 'done') return say({ en: `✅ ${job} is done.`, nl: `✅ ${job} is klaar.` });
  if (state === 'failed') return say({ en: `❌ ${job} failed: ${look}`, nl: `❌ ${job} is mislukt: ${look}` });
  if (state === 'left')
    return say({
      en: `${job} runs already, so this one was left out.`,
      nl: `${job} loopt al, dus deze is overgeslagen.`,
    });
  return say({ en: `${job} is asked for and goes on: ${look}`, nl: `${job} is gevraagd en loopt nog: ${look}` });
}
