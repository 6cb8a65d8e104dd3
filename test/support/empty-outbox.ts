import type { Outbox, OutboxStanding } from '#holding/report/outbox.ts';

/** How an outbox stands that has nothing, and no key. */
export const emptyStanding: OutboxStanding = {
  recipients: 0,
  plaintext: [],
  sealed: 0,
  sent: 0,
  acknowledged: 0,
  overdue: 0,
  dead: 0,
  waiting: 0,
  heldBack: 0,
  lastSealedAt: null,
  lastAckedAt: null,
  verified: false,
  epoch: 0,
  lastSeq: 0,
  fault: null,
};

/** For jobs that have nothing to do with it. */
export const emptyOutbox: Outbox = {
  sealDue: async () => [],
  seal: async () => Promise.reject(new Error('this outbox seals nothing')),
  sealRef: async () => Promise.reject(new Error('this outbox seals nothing')),
  deliver: async () => ({ accepted: 0, waiting: 0, dead: 0, nextTryAt: null }),
  acknowledge: () => 'no-report',
  resend: () => 0,
  rotate: async () => 1,
  parcels: () => [],
  find: () => null,
  read: async () => Promise.reject(new Error('this outbox has nothing to read')),
  standing: () => emptyStanding,
  prune: async () => 0,
};
