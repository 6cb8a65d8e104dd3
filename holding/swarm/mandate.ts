import { posix } from 'node:path';
import { z } from 'zod';

/** What the owner lets a unit do with one tool. `ask`: only after a yes of the owner's for this very call. */
export const toolLevels = ['auto', 'ask', 'deny'] as const;

const name = z
  .string()
  .regex(/^[a-z0-9][\w-]*\.[\w-]+$/i, 'must be a server and its tool, as filesystem.read_text_file');

const ToolRight = z.strictObject({
  name,
  level: z.enum(toolLevels, { error: 'must be auto, ask or deny' }),
  maxPerRun: z.int('must be a whole number').min(0).max(100_000),
  /** A JSON Schema for the arguments. */
  args: z.record(z.string(), z.unknown()).optional(),
});
export type ToolRight = z.infer<typeof ToolRight>;

const folder = z
  .string()
  .min(1)
  .refine((path) => !posix.isAbsolute(path) && !/^~|\\|\0/.test(path) && !posix.normalize(path).startsWith('..'), {
    error: 'must lie within the unit’s folder, as documents or reports/drafts',
  });

const host = z
  .string()
  .regex(
    /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?$/i,
    'must be a host, as news.example.org or *.example.org',
  );

const feed = z.url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' }).refine(
  (address) => {
    const url = URL.parse(address);
    return url !== null && url.username === '' && url.password === '';
  },
  { error: 'holds a user name or password, which would stand in reports' },
);

/** What a unit is for and what it may do: the block of YAML in its `mandate.md`. */
export const Mandate = z.strictObject({
  goal: z.string().min(1).max(500),
  topics: z.array(z.string().min(2).max(80)).max(40),
  feeds: z.array(feed).max(40),
  tools: z.array(ToolRight).max(200),
  reads: z.array(folder).max(40),
  writes: z.array(folder).max(40),
  egress: z.array(host).max(40),
  budget: z.strictObject({
    toolCalls: z.int('must be a whole number').min(0).max(1_000_000),
    wallMs: z.int('must be a whole number').min(0).max(86_400_000),
  }),
});
export type Mandate = z.infer<typeof Mandate>;
