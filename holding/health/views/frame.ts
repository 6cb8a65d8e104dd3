import { freshnessOf } from '#lib/clock.ts';
import type { Snapshot } from '../snapshot.ts';
import type { PageFrame } from '../views.ts';
import { overallView } from './overall-view.ts';
import type { MomentOf } from './wording.ts';

/** The frame of any page: what the index says of the whole. */
export function frameOf(snapshot: Snapshot, now: number, moment: MomentOf): PageFrame {
  const overall = overallView(snapshot, now, moment);
  return {
    title: `${overall.headline} · Omega`,
    language: snapshot.language,
    generatedAt: moment(snapshot.generatedAt),
    staleAfter: moment(snapshot.staleAfter),
    stale: freshnessOf(snapshot, now) !== 'fresh',
    timezone: snapshot.host.timezone,
    overall,
    host: {
      name: snapshot.host.name,
      version: snapshot.host.version,
      bootedAt: moment(snapshot.host.bootedAt),
      startedAt: moment(snapshot.host.startedAt),
      network: snapshot.host.network,
    },
  };
}
