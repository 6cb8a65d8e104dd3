import type { Env } from '#lib/env.ts';
import { defineCheck, type Check, type Finding } from '../check.ts';
import type { BotState } from '../../telegram/bot-state.ts';
import { judgeBot } from './bot-standing.ts';

/**
 * Zwartehand, by what its process says where it runs on this machine. Of one that runs elsewhere nothing is known; the
 * owner's own check of this id stands in the place of this one.
 */
export function zwartehandCheck(zwartehand: Env['zwartehand']): Check {
  return defineCheck({
    id: 'zwartehand',
    name: 'Zwartehand',
    group: 'reports',
    everyMs: 60_000,
    timeoutMs: 5000,
    worstOverall: 'degraded',
    headline: { down: { en: 'Zwartehand does not work', nl: 'Zwartehand werkt niet' } },
    run: async ({ probes }) => judgeZwartehand(await probes.zwartehand(), zwartehand !== undefined),
  });
}

/** Null: nothing of now is heard of it here. */
export function judgeZwartehand(state: BotState | null, isOurs: boolean): Finding {
  if (state !== null) return judgeBot({ name: 'zwartehand', state, well });
  if (!isOurs) return { status: 'off', reason: notWatched };
  return { status: 'unknown', reason: notHere, todo: launch };
}

const well = { en: 'Runs here and listens', nl: 'Draait hier en luistert' };
const notWatched = {
  en: 'Not watched; a check with the id zwartehand in checks.yaml does so',
  nl: 'Wordt niet bewaakt; dat kan met een controle met het id zwartehand in checks.yaml',
};
const notHere = {
  en: 'Nothing is heard of it here; whether it runs elsewhere is not known',
  nl: 'Hier is er niets van te horen; of hij elders draait is niet bekend',
};
const launch = {
  what: { en: 'Start Zwartehand, or watch it where it runs', nl: 'Start Zwartehand, of bewaak hem waar hij draait' },
  command: './launch_zwartehand.sh --detach',
  minutes: 2,
};
