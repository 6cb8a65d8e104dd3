import { z } from 'zod';
import { languages } from '#lib/language.ts';
import { letterKinds } from '../letter.ts';

const at = z.number();
const seq = z.int();
/** Names a file in one folder and nothing else: a ledger that somebody wrote in leads nowhere. */
const file = z.string().regex(/^[\w-]+\.(?:orp|html)$/);

/** A report that was sealed, and lies in the outbox. */
export const SealedEntry = z.object({
  type: z.literal('sealed'),
  seq,
  epoch: z.int().positive(),
  id: z.string(),
  ref: z.string(),
  kind: z.enum(letterKinds),
  at,
  nextBy: z.number(),
  bytes: z.int().nonnegative(),
  sha512: z.string().regex(/^[0-9a-f]{128}$/),
  file,
  recipients: z.int().nonnegative(),
  plaintext: z.boolean(),
  /** What the reader shows once it opened it; null: it is not sealed. */
  receipt: z.string().nullable(),
  /** From 1; null: it is whole. */
  part: z.object({ i: z.int().positive(), n: z.int().positive() }).nullable(),
  /** What may be said beside it, by the bot that brings it: counts. */
  tally: z.string(),
  language: z.enum(languages),
});
export type SealedEntry = Readonly<z.infer<typeof SealedEntry>>;

/** What became of reports, as the ledger keeps it: never a title or a text of theirs. */
export const Entry = z.discriminatedUnion('type', [
  SealedEntry,
  /** Written before it is handed to a courier: who dies in between leaves a trace. */
  z.object({ type: z.literal('attempting'), seq, at, courier: z.string() }),
  z.object({ type: z.literal('accepted'), seq, at, courier: z.string(), reference: z.string() }),
  /** It was not taken now; `isAttempt` is false where the courier only asked for time. */
  z.object({ type: z.literal('postponed'), seq, at, nextTryAt: z.number(), why: z.string(), isAttempt: z.boolean() }),
  z.object({ type: z.literal('dead'), seq, at, why: z.string() }),
  /** Laid into the folder as well, since nobody said that it was opened. */
  z.object({ type: z.literal('exported'), seq, at, reference: z.string() }),
  z.object({ type: z.literal('acked'), seq, at }),
  /** Put back on its way. */
  z.object({ type: z.literal('again'), seq, at }),
  /** An epoch begins, signed by this key. */
  z.object({
    type: z.literal('rotated'),
    epoch: z.int().positive(),
    at,
    why: z.enum(['first', 'key', 'cut']),
    /** The public half, as a reader pins it. */
    sender: z.string(),
  }),
]);
export type Entry = Readonly<z.infer<typeof Entry>>;

/** What happens to a report that is there. */
export type Event = Exclude<Entry, { readonly type: 'sealed' | 'rotated' }>;
