import { createHash } from 'node:crypto';
import { getDomain } from 'tldts';
import type { MemoryRecord } from '../record.ts';

/**
 * A hash of the site that a record was told from, whichever page and host of it, to know two independent sources by;
 * empty where there is no address of a site: it may be any, also one that was heard already.
 */
export function originOf({ source }: Pick<MemoryRecord, 'source'>): string {
  const site = siteOf(source.ref ?? '');
  return site === null ? '' : createHash('sha256').update(`site|${site}`).digest('hex').slice(0, 16);
}

function siteOf(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const host = unmapped(url.hostname.replace(/\.$/, ''));
  return getDomain(host) ?? host;
}

/** RFC 4291, 2.5.5.2: an address of IPv4 in the clothes of IPv6, as `URL` writes it. */
function unmapped(host: string): string {
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return host;
  const halves = [high, low].map((half) => Number.parseInt(half, 16));
  return halves.flatMap((half) => [half >> 8, half & 255]).join('.');
}
