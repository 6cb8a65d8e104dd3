import type { QuietHours } from '#lib/env-variables.ts';
import { formHash } from '../swarm/mandate-form.ts';
import type { Mandates } from '../swarm/mandate-store.ts';
import { nextMorning } from '../health/alerts/quiet.ts';
import type { Hold } from '../health/store/holds.ts';

/** What a bot can have done by the job `bot-command`; doing it twice changes nothing that once does not. */
export interface Deeds {
  /** The agents' work: what the queue `swarm` has waits. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Of the mandate as it was shown, by the beginning of its hash; `changed`: it is another one by now. */
  readonly approve: (unit: string, shownHash: string) => Promise<'approved' | 'changed'>;
  /** Stands in the course of the alert's incident from then on; `unknown`: it is about none that is still known. */
  readonly seen: (alert: number, at: number) => Promise<'noted' | 'unknown'>;
  /** Nothing is told of a check until then. Resolves to when that is, in milliseconds since the epoch. */
  readonly quiet: (check: string, until: 'hour' | 'morning', now: number) => Promise<number>;
}

export interface DeedsOptions {
  /** Pauses the queue of agents' work, or lets it go on. */
  readonly swarm: { readonly pause: () => Promise<void>; readonly resume: () => Promise<void> };
  readonly mandates: Pick<Mandates, 'standing' | 'approve'>;
  /** Writes down that an alert was seen; false: it is about no incident. */
  readonly noteSeen: (alert: number, at: number) => Promise<boolean>;
  /** Writes a hold down, and has the worker look at it. */
  readonly hold: (hold: Hold) => Promise<void>;
  readonly timezone: string;
  readonly quietHours: QuietHours | undefined;
}

/** As much of a hash as a button can carry: 128 bits. */
export const shownHashLength = 32;

const hourMs = 3_600_000;

/** Joins the owner's word with what carries it out. */
export function createDeeds({ swarm, mandates, noteSeen, hold, timezone, quietHours }: DeedsOptions): Deeds {
  return {
    ...swarm,
    async approve(unit, shownHash) {
      const { form } = await mandates.standing(unit);
      if (form === null || shownHash.length < shownHashLength) return 'changed';
      const hash = formHash(form);
      if (!hash.startsWith(shownHash)) return 'changed';
      await mandates.approve(unit, hash);
      return 'approved';
    },
    async seen(alert, at) {
      return (await noteSeen(alert, at)) ? 'noted' : 'unknown';
    },
    async quiet(check, span, now) {
      const until = span === 'hour' ? now + hourMs : nextMorning(now, { timezone, quietHours });
      await hold({ check, kind: 'snoozed', from: now, until, why: '' });
      return until;
    },
  };
}
