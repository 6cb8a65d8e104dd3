import { trusts, type MemoryRecord, type Trust } from '../record.ts';

/** Whether the first is at least as trusted as the second. */
export function isAsTrusted(one: Trust, other: Trust): boolean {
  return trusts.indexOf(one) <= trusts.indexOf(other);
}

/** The web's word takes no other's place, and nobody's word takes that of the owner. */
export function mayTakePlaceOf(newer: { readonly trust: Trust }, older: Pick<MemoryRecord, 'trust'>): boolean {
  if (newer.trust === 'web') return false;
  return older.trust !== 'owner' || newer.trust === 'owner';
}
