import { createHash } from 'node:crypto';
import type { FeedView } from '#holding/health/views.ts';
import { sayIn } from '#lib/language.ts';
import { lasting } from './lasting.ts';

type Incident = FeedView['incidents'][number];

interface Entry {
  readonly id: string;
  readonly updated: Date;
  readonly title: string;
  readonly text: string;
  readonly href: string;
}

const shownEntries = 50;

/** What changes the feed's text. */
export function feedChangesWith({ host, incidents }: FeedView): string {
  const told = incidents.map(({ id, name, state, reason, to, affected }) => [
    id,
    name,
    state,
    to?.ms,
    reason,
    affected,
  ]);
  return JSON.stringify([host, told]);
}

/**
 * The newest incidents as an Atom feed: an entry where one was opened, and another where it ended. Its links are
 * relative, for the machine goes by other names wherever it is reached from; a reader resolves them against the address
 * that it fetched the feed from.
 */
export async function feedXml(view: FeedView): Promise<string> {
  const { generateAtomFeed } = await import('feedsmith'); // 3 MB, for a process that draws none.
  const entries = view.incidents
    .flatMap((incident) => entriesOf(incident, view))
    .toSorted((one, other) => other.updated.getTime() - one.updated.getTime())
    .slice(0, shownEntries);
  return generateAtomFeed({
    id: stableId(view.host, 'feed'),
    title: { type: 'text', value: `Omega, ${view.host}` },
    updated: entries[0]?.updated ?? new Date(view.startedAt.ms),
    authors: [{ name: 'Omega' }],
    links: [
      { rel: 'self', type: 'application/atom+xml', href: 'feed.xml' },
      { rel: 'alternate', type: 'text/html', href: 'incidents/' },
    ],
    xml: { lang: view.language },
    entries: entries.map(({ id, updated, title, text, href }) => ({
      id,
      updated,
      title: { type: 'text', value: title },
      content: { type: 'text', value: text },
      links: [{ rel: 'alternate', type: 'text/html', href }],
    })),
  });
}

function entriesOf(incident: Incident, { language, host }: FeedView): Entry[] {
  const { id, name, stateWord, reason, from, to, ms, detectMs, affected } = incident;
  const say = sayIn(language);
  const href = `incidents/${id}/`;
  // A number begins anew with a new store: with the time it names one incident for ever.
  const idOf = (what: string): string => stableId(host, String(id), String(from.ms), what);
  const others = say({ en: `Affected: ${affected.join(', ')}.`, nl: `Getroffen: ${affected.join(', ')}.` });
  const since = say({ en: `Since ${from.text}.`, nl: `Sinds ${from.text}.` });
  const opened: Entry = {
    id: idOf('opened'),
    updated: new Date(from.ms + (detectMs ?? 0)),
    title: `${name}: ${stateWord}`,
    text: `${reason.replace(/\.$/, '')}. ${since}${affected.length === 0 ? '' : ` ${others}`}`,
    href,
  };
  if (to === null) return [opened];
  const title = say({ en: `${name}: over`, nl: `${name}: voorbij` });
  const lasted = lasting(ms, language);
  const text = say({
    en: `It lasted ${lasted}, until ${to.text}. It was: ${reason}`,
    nl: `Het duurde ${lasted}, tot ${to.text}. Het was: ${reason}`,
  });
  return [opened, { id: idOf('ended'), updated: new Date(to.ms), title, text, href }];
}

/** A UUID of the owner-defined kind (version 8), the same for the same words. */
function stableId(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\n')).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`];
  return `urn:uuid:${parts.join('-')}-${hex.slice(20, 32)}`;
}
