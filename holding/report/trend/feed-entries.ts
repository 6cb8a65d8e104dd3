import { parseFeed } from 'feedsmith';

const mostItems = 100;

/** An item of a feed, as it is written there. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly html: string;
  readonly link: string;
  /** In whatever form. */
  readonly date: string;
}

/** Of RSS, RDF, Atom and JSON feeds the same few things. */
export function entriesOf(body: string): Entry[] {
  const { format, feed } = parseFeed(body, { maxItems: mostItems });
  if (format === 'atom') {
    return (feed.entries ?? []).map((entry) => {
      const link = entry.links?.find(({ rel }) => rel === undefined || rel === 'alternate')?.href ?? '';
      return {
        id: entry.id ?? link,
        title: entry.title?.value ?? '',
        html: entry.summary?.value ?? entry.content?.value ?? '',
        link,
        date: entry.published ?? entry.updated ?? '',
      };
    });
  }
  if (format === 'json') {
    return (feed.items ?? []).map((item) => ({
      id: item.id ?? item.url ?? '',
      title: item.title ?? '',
      html: item.content_html ?? item.content_text ?? item.summary ?? '',
      link: item.url ?? '',
      date: item.date_published ?? '',
    }));
  }
  if (format === 'rdf') {
    return (feed.items ?? []).map((item) => ({
      id: item.link ?? item.title ?? '',
      title: item.title ?? '',
      html: item.description ?? '',
      link: item.link ?? '',
      date: item.dc?.dates?.[0] ?? '',
    }));
  }
  return (feed.items ?? []).map((item) => ({
    id: item.guid?.value ?? item.link ?? item.title ?? '',
    title: item.title ?? '',
    html: item.description ?? item.content?.encoded ?? '',
    link: item.link ?? '',
    date: item.pubDate ?? item.dc?.dates?.[0] ?? '',
  }));
}
