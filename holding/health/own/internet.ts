import { isIP } from 'node:net';
import { isPublicAddress } from '#mcp/public-address.ts';

/** Ends of names that a home or a private network gives out itself. */
const privateEnds = ['localhost', 'local', 'lan', 'home', 'home.arpa', 'internal', 'intranet', 'test', 'ts.net'];

/** Whether the way to a host leads over the internet, so that it cannot be judged while that is away. */
export function isOnInternet(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (isIP(name) !== 0) return isPublicAddress(name);
  if (!name.includes('.')) return false;
  return !privateEnds.some((end) => name.endsWith(`.${end}`));
}
