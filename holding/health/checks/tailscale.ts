import { codeOf, messageOf } from '#lib/errors.ts';
import { askTailscale, type Tailscale } from '#lib/tailscale.ts';
import { defineCheck, type Finding } from '../check.ts';
import { amountOf } from '../views/wording.ts';

const dayMs = 86_400_000;
const dayNoun = { one: { en: 'day', nl: 'dag' }, many: { en: 'days', nl: 'dagen' } };
const warnedDays = 14;

/** Whether the page can be reached over Tailscale, and for how long yet. Where there is none there is nothing to look at. */
export default defineCheck({
  id: 'tailscale',
  name: 'Tailscale',
  group: 'host',
  everyMs: 60_000,
  timeoutMs: 5000,
  worstOverall: 'degraded',
  headline: {
    degraded: { en: 'Tailscale needs you', nl: 'Tailscale heeft je nodig' },
    down: { en: 'Not reachable over Tailscale', nl: 'Niet bereikbaar via Tailscale' },
  },
  run: async ({ probes, clock, signal }) => {
    try {
      return judgeTailscale(await askTailscale(probes.tailscaleSocket, signal), clock.now());
    } catch (error) {
      signal.throwIfAborted();
      return unanswered(error);
    }
  },
});

/** What its own word means. */
export function judgeTailscale(tailscale: Tailscale, now: number): Finding {
  const { state, name, keyExpiresAt, keyExpired } = tailscale;
  if (state === 'NeedsLogin' && name === null) return neverSignedIn();
  if (keyExpired || (keyExpiresAt !== null && keyExpiresAt <= now)) {
    const reason = { en: 'The key of this machine has expired', nl: 'De sleutel van deze machine is verlopen' };
    return { status: 'fail', explicit: true, reason, todo: signIn };
  }
  if (state !== 'Running') return notRunning(state);
  if (keyExpiresAt === null) return { status: 'ok', reason: { en: 'Runs', nl: 'Draait' } };
  const days = Math.floor((keyExpiresAt - now) / dayMs);
  const time = amountOf(days, dayNoun);
  const reason = { en: `Runs; its key ends in ${time.en}`, nl: `Draait; de sleutel verloopt over ${time.nl}` };
  return days < warnedDays ? { status: 'warn', reason, todo: keepKey } : { status: 'ok', reason };
}

/** Installed, and no more than that: it was never set up. */
function neverSignedIn(): Finding {
  return { status: 'off', reason: { en: 'Never signed in', nl: 'Nooit aangemeld' }, todo: signIn };
}

function notRunning(state: string): Finding {
  if (state === 'Starting') return { status: 'fail', reason: { en: 'Is still starting', nl: 'Start nog op' } };
  const waits = {
    NeedsLogin: { en: 'Is not signed in', nl: 'Is niet aangemeld' },
    NeedsMachineAuth: { en: 'Waits for an admin of the tailnet', nl: 'Wacht op een beheerder van het tailnet' },
  };
  if (state === 'NeedsLogin') return { status: 'fail', explicit: true, reason: waits.NeedsLogin, todo: signIn };
  if (state === 'NeedsMachineAuth') {
    return { status: 'fail', explicit: true, reason: waits.NeedsMachineAuth, todo: approve };
  }
  const reason = { en: `Is switched off (${state})`, nl: `Staat uit (${state})` };
  return { status: 'fail', explicit: true, reason, todo: signIn };
}

/** Without a socket it was never installed, or its service is off: then nobody comes that way. */
function unanswered(error: unknown): Finding {
  const code = codeOf(error) ?? '';
  if (code === 'ENOENT') return { status: 'off', reason: { en: 'Not on this machine', nl: 'Niet op deze machine' } };
  if (code === 'ECONNREFUSED') {
    return { status: 'fail', reason: { en: 'Its service does not run', nl: 'De dienst draait niet' }, todo: start };
  }
  const why = messageOf(error);
  return { status: 'unknown', reason: { en: `It cannot be asked: ${why}`, nl: `Het is niet te bevragen: ${why}` } };
}

const signIn = {
  what: { en: 'Sign this machine in to Tailscale', nl: 'Meld deze machine aan bij Tailscale' },
  command: 'sudo tailscale up',
  minutes: 3,
};
const start = {
  what: { en: 'Start Tailscale', nl: 'Start Tailscale' },
  command: 'sudo systemctl start tailscaled',
  minutes: 1,
};
const adminPage = 'https://login.tailscale.com/admin/machines';
const keepKey = {
  what: {
    en: 'Renew the key of this machine, or switch off its expiry at Machines, “Disable key expiry”',
    nl: 'Vernieuw de sleutel van deze machine, of zet het verlopen uit bij Machines, “Disable key expiry”',
  },
  command: adminPage,
  minutes: 2,
};
const approve = {
  what: { en: 'Approve this machine in the tailnet', nl: 'Keur deze machine goed in het tailnet' },
  command: adminPage,
  minutes: 2,
};
