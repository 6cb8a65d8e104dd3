import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { z } from 'zod';
import { codeOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import type { Check, Finding } from '../check.ts';
import { Host, line } from './parts.ts';

const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'PTR', 'SOA', 'SRV', 'CAA'] as const;

const Server = line(60).refine((text) => isIP(text.replace(/^\[([^\]]+)\](:\d+)?$|:\d+$/, '$1') || text) !== 0, {
  error: 'must be the address of a name server, with a port at most: 192.168.1.1, 192.168.1.1:5353 or [::1]:5353',
});

/** What an entry of the kind `dns` says besides. */
export const dnsKeys = {
  kind: z.literal('dns'),
  host: Host,
  type: z.enum(types, { error: `must be one of ${types.join(', ')}` }).default('A'),
  expect: z
    .union([line(500), z.array(line(500)).min(1, 'is empty').max(50)], { error: 'must be a text or a list of them' })
    .transform((value) => [value].flat())
    .optional(),
  server: Server.optional(),
};

/** What is asked, whom, and what must be among the answers. */
export interface DnsOptions {
  readonly host: string;
  readonly type: (typeof types)[number];
  readonly expect?: readonly string[] | undefined;
  /** Undefined: the ones of this machine. */
  readonly server?: string | undefined;
}

const faults: Readonly<Record<string, (options: DnsOptions) => Words>> = {
  ENOTFOUND: ({ host }) => ({ en: `The name ${host} does not exist`, nl: `De naam ${host} bestaat niet` }),
  ENODATA: ({ host, type }) => ({ en: `${host} has no ${type} record`, nl: `${host} heeft geen ${type}-record` }),
  ETIMEOUT: () => ({ en: 'The name server does not answer', nl: 'De naamserver antwoordt niet' }),
  ECONNREFUSED: () => ({ en: 'The name server cannot be reached', nl: 'De naamserver is niet bereikbaar' }),
  ESERVFAIL: () => ({ en: 'The name server could not find it out', nl: 'De naamserver kon het niet uitzoeken' }),
  EREFUSED: () => ({ en: 'The name server refuses to answer', nl: 'De naamserver weigert te antwoorden' }),
  EBADRESP: () => ({ en: 'The name server answers nonsense', nl: 'De naamserver antwoordt onzin' }),
  EFORMERR: () => ({ en: 'The name server answers nonsense', nl: 'De naamserver antwoordt onzin' }),
};

/** Asks a name server, past the names that this machine keeps itself. */
export function dnsRun(options: DnsOptions, timeoutMs: number): Check['run'] {
  return async ({ signal, clock }) => {
    signal.throwIfAborted();
    const began = clock.monotonic();
    const resolver = new Resolver({ timeout: Math.max(100, Math.floor(timeoutMs / 3)), tries: 2 });
    if (options.server !== undefined) resolver.setServers([options.server]);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const records: unknown = await resolver.resolve(options.host, options.type);
      return judge(textsOf(records, options.type), options, clock.monotonic() - began);
    } catch (error) {
      signal.throwIfAborted();
      const reason = faults[codeOf(error) ?? '']?.(options);
      if (reason === undefined) throw error;
      return { status: 'fail', reason };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

function judge(texts: readonly string[], { expect = [], type }: DnsOptions, latencyMs: number): Finding {
  const missing = expect.find((wanted) => !texts.some((text) => sameRecord(text, wanted)));
  const found = texts.slice(0, 3).join(', ');
  if (missing === undefined) return { status: 'ok', latencyMs, reason: `${type} ${found}` };
  const reason = {
    en: `${missing} is not among the answers: ${found}`,
    nl: `${missing} is niet bij de antwoorden: ${found}`,
  };
  return { status: 'fail', latencyMs, reason };
}

function sameRecord(one: string, other: string): boolean {
  return plainRecord(one) === plainRecord(other);
}

function plainRecord(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

const Mx = z.object({ priority: z.number(), exchange: z.string() });
const Srv = z.object({ priority: z.number(), weight: z.number(), port: z.number(), name: z.string() });
const Soa = z.object({ nsname: z.string(), hostmaster: z.string(), serial: z.number() });
const Answers = {
  texts: z.array(z.string()),
  chunks: z.array(z.array(z.string())),
  caa: z.array(z.looseObject({ critical: z.number() })),
};

/** Each record as it is written in a zone, for a person to compare. */
function textsOf(records: unknown, type: DnsOptions['type']): string[] {
  if (type === 'TXT') return Answers.chunks.parse(records).map((chunks) => chunks.join(''));
  if (type === 'MX')
    return z
      .array(Mx)
      .parse(records)
      .map(({ priority, exchange }) => `${priority} ${exchange}`);
  if (type === 'SRV') return z.array(Srv).parse(records).map(srvText);
  if (type === 'SOA') return Object.values(Soa.parse(records)).map(String);
  if (type === 'CAA') return Answers.caa.parse(records).map(caaText);
  return Answers.texts.parse(records);
}

function srvText({ priority, weight, port, name }: z.infer<typeof Srv>): string {
  return `${priority} ${weight} ${port} ${name}`;
}

function caaText({ critical, ...tags }: Record<string, unknown>): string {
  return [critical, ...Object.entries(tags).flat()].map(String).join(' ');
}
