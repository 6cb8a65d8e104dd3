import type { AlertSender } from '#holding/health/alerts/deliver.ts';
import type { Outside } from '#holding/health/alerts/outside.ts';
import type { Health } from '#holding/health/health.ts';
import type { OpenMemory } from '#holding/memory/open-memory.ts';
import type { Outbox } from '#holding/report/outbox.ts';
import type { Trends } from '#holding/report/trend/trends.ts';
import type { Deeds } from '#holding/telegram/deeds.ts';
import { defineJobFor } from '#queue/job.ts';

/** What a job may use; built once by `scripts/worker.ts`, or by a test with parts of its own. */
export interface Omega {
  readonly health: Health;
  readonly alerts: AlertSender;
  readonly outside: Outside;
  readonly site: Site;
  readonly trends: Trends;
  readonly memory: OpenMemory;
  readonly outbox: Outbox;
  /** What the owner's bot can have done. */
  readonly deeds: Deeds;
}

/** Draws the status pages from the latest snapshot and the records. */
export interface Site {
  /**
   * Renders what changed and says which files it wrote, as paths relative to the served folder.
   * @throws OmegaError `E_PAGE` naming those that could not be drawn, once all others are.
   */
  readonly render: (signal: AbortSignal) => Promise<{ readonly written: readonly string[]; readonly cpuMs: number }>;
}

/** Declares a job of Omega: the one way to do so. */
export const defineJob = defineJobFor<Omega>();
