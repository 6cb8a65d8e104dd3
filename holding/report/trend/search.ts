import { createHash } from 'node:crypto';
import { getDomain } from 'tldts';
import { z } from 'zod';
import { messageOf } from '#lib/errors.ts';
import type { Translated, Words } from '#lib/language.ts';
import type { Hub, ToolResult } from '#mcp/hub.ts';
import { cleanText, shorten } from '../../swarm/guard.ts';
import { isFinal, type Caller } from './caller.ts';
import type { Cover } from './coverage.ts';
import type { Day } from './days.ts';
import type { Collected } from './documents.ts';
import { webAddress } from './feeds.ts';
import type { Item } from './sightings.ts';
import { phraseOf, spokenOf } from './terms.ts';
import { textOfHtml } from './text.ts';

export interface SearchOptions {
  readonly hub: Pick<Hub, 'servers'>;
  readonly caller: Caller;
  readonly topics: readonly string[];
  readonly today: Day;
  readonly signal: AbortSignal;
  /** So much time is left for searches; none: what was not asked yet is a gap. */
  readonly msLeft: () => number;
}

const server = 'brave-search';
const tools = ['brave_web_search', 'brave_news_search'] as const;
/** Of the last week; so many results a topic. */
const query = { count: 20, freshness: 'pw' };
const mostResults = 50;

/** Searches web and news for each topic of the mandate, where the owner has a key for it. */
export async function searchTopics(options: SearchOptions): Promise<Collected> {
  const { hub, topics, caller, today, signal } = options;
  const status = hub.servers().find(({ name }) => name === server);
  if (status === undefined || status.state === 'disabled') return nothing(notSetUp);
  if (status.state === 'needs-auth') return nothing(needsKey);

  const [items, covers, gaps]: [Item[], Cover[], Words[]] = [[], [], []];
  for (const name of tools) {
    const tool = `${server}.${name}`;
    for (const [index, topic] of topics.entries()) {
      signal.throwIfAborted();
      const why = whyNot(tool, options);
      if (why !== null) {
        gaps.push(notSearched(name, topics.length - index, why));
        break;
      }
      try {
        items.push(...itemsOf(await caller.call(tool, { query: topic, ...query }), { topic, tool, options }));
        covers.push({ channel: channelOf(tool, topic), from: today, until: today });
      } catch (error) {
        signal.throwIfAborted();
        gaps.push(failed(name, topic, error));
        if (isFinal(error)) break;
      }
    }
  }
  return { items, covers, gaps };
}

const notSetUp = {
  en: 'The web was not searched: brave-search is not set up.',
  nl: 'Het web is niet doorzocht: brave-search is niet ingesteld.',
};
const needsKey = {
  en: 'The web was not searched: that needs a key of Brave, as BRAVE_API_KEY in .env; see npm run mcp -- list.',
  nl: 'Het web is niet doorzocht: daarvoor is een sleutel van Brave nodig, als BRAVE_API_KEY in .env; zie npm run mcp -- list.',
};

function whyNot(tool: string, { caller, msLeft }: SearchOptions): Translated | null {
  if (caller.left(tool) === 0)
    return { en: 'the mandate allows no more calls of it', nl: 'het mandaat staat geen aanroepen meer toe' };
  return msLeft() > 0 ? null : { en: 'the time of this run was over', nl: 'de tijd voor dit rapport was om' };
}

function notSearched(tool: string, count: number, why: Translated): Words {
  return {
    en: `Topics not searched with ${tool}: ${count}; ${why.en}.`,
    nl: `Onderwerpen die niet zijn gezocht met ${tool}: ${count}; ${why.nl}.`,
  };
}

function failed(tool: string, topic: string, error: unknown): Words {
  const [asked, why] = [cleanText(topic), shorten(cleanText(messageOf(error)), 200)];
  return {
    en: `The search for “${asked}” with ${tool} failed: ${why}`,
    nl: `Het zoeken naar “${asked}” met ${tool} is mislukt: ${why}`,
  };
}

function channelOf(tool: string, topic: string): string {
  return `${tool} ${phraseOf(topic)}`;
}

function nothing(gap: Words): Collected {
  return { items: [], covers: [], gaps: [gap] };
}

const Found = z.object({
  url: z.string(),
  title: z.string().default(''),
  description: z.string().default(''),
});

interface Of {
  readonly topic: string;
  readonly tool: string;
  readonly options: SearchOptions;
}

/** Each result is a line of JSON; what is none of it, or has no address, is not counted. */
function itemsOf({ text, callId, sha256 }: ToolResult, { topic, tool, options }: Of): Item[] {
  return text
    .split('\n')
    .slice(0, mostResults)
    .map((line) => Found.safeParse(parseJson(line)).data)
    .flatMap((found) => {
      const url = webAddress(found?.url ?? '');
      const source = url === null ? null : getDomain(url);
      if (found === undefined || url === null || source === null) return [];
      const words = `${textOfHtml(found.title)}.\n\n${textOfHtml(found.description)}`;
      return [
        {
          channel: channelOf(tool, topic),
          source,
          kind: 'search' as const,
          key: createHash('sha256').update(url).digest('hex'),
          day: options.today, // Kept as the day on which it was found first.
          title: shorten(cleanText(textOfHtml(found.title)), 200),
          ...spokenOf(words, options.topics.map(phraseOf)),
          url,
          sha256,
          callId,
        },
      ];
    });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // A line that is no result.
  }
}
