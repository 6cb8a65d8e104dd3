/** What a call would touch, as the server's file in `servers/` reads it from the arguments. Absolute paths. */
export interface Reach {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** A call before anything is sent. */
export interface CallRequest {
  /** For whom: a business unit's id, or one of the two callers below. */
  readonly unit: string;
  /** The job run it belongs to; limits by run are counted by it. */
  readonly run: string;
  readonly server: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly reach: Reach;
}

/** The owner's own hands on the command line. */
export const ownerCaller = 'owner';
/** Omega itself: probes only. */
export const omegaCaller = 'omega';

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly hint?: string };

/**
 * Asked before every call, once a call and not again at a retry. The hub has already refused what the configuration
 * does not allow; this adds the mandate. Implemented by `holding/swarm/mandate.ts`; `scripts/` joins the two.
 */
export type Authorize = (request: CallRequest) => Decision | Promise<Decision>;
