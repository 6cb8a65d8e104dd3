import { z } from 'zod';
import type { Body, Entry } from './journal.ts';
import { kinds, languages, Source, trusts } from '../record.ts';

const sha256 = z.string().length(64);
const settable = z.enum(['active', 'quarantined']);
const words = z.array(z.string());

/** An {@link Entry} as it is read from the ledger. */
export const EntrySchema: z.ZodType<Entry> = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('remember'),
    id: sha256,
    kind: z.enum(kinds),
    unit: z.string(),
    lang: z.enum(languages),
    importance: z.number(),
    createdAt: z.number(),
    validFrom: z.number(),
    validTo: z.number().nullable(),
    supersedes: words,
    trust: z.enum(trusts),
    status: settable,
    suspicion: z.string().nullable(),
    body: sha256,
    origin: z.exactOptional(z.string()),
  }),
  z.object({
    op: z.literal('told'),
    id: sha256,
    at: z.number(),
    origin: z.string(),
    times: z.exactOptional(z.int().min(1)),
  }),
  z.object({
    op: z.literal('revise'),
    id: sha256,
    at: z.number(),
    importance: z.exactOptional(z.number()),
    validTo: z.exactOptional(z.number().nullable()),
    status: z.exactOptional(settable),
  }),
  z.object({ op: z.literal('merge'), id: sha256, into: sha256, at: z.number() }),
  z.object({ op: z.literal('age'), id: sha256, at: z.number() }),
  z.object({ op: z.literal('forget'), id: sha256, at: z.number() }),
]);

/** A {@link Body} as it is read from the ledger. */
export const BodySchema: z.ZodType<Body> = z.object({
  text: z.string(),
  keywords: z.object({ nl: words, en: words }),
  source: Source,
});
