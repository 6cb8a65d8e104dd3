import type { Deeds } from '#holding/telegram/deeds.ts';

/** For jobs that are asked for no deed. */
export const noDeeds: Deeds = {
  pause: async () => Promise.reject(new Error('nothing can be paused here')),
  resume: async () => Promise.reject(new Error('nothing can be resumed here')),
  approve: async () => Promise.reject(new Error('nothing can be approved here')),
  seen: async () => Promise.reject(new Error('nothing can be noted here')),
  quiet: async () => Promise.reject(new Error('nothing can be silenced here')),
};
