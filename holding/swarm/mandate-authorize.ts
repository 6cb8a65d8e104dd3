import { join } from 'node:path';
import type { Clock } from '#lib/clock.ts';
import { messageOf, OmegaError } from '#lib/errors.ts';
import { omegaCaller, ownerCaller, type Authorize, type CallRequest, type Decision } from '#mcp/authorize.ts';
import { argsRefusal } from './mandate-args.ts';
import { isWithin, isWithinAny, realOf } from './mandate-reach.ts';
import { countRuns, type RunCounts } from './mandate-runs.ts';
import { refusalOf, type MandateStanding } from './mandate-standing.ts';
import type { Mandates } from './mandate-store.ts';
import type { Mandate } from './mandate.ts';

export interface AuthorizeOptions {
  readonly mandates: Mandates;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** The gate before every call: what a unit's mandate does not allow is refused, with the reason and what to do. */
export function createAuthorize({ mandates, clock }: AuthorizeOptions): Authorize {
  const runs = countRuns(clock);
  return async (request) => {
    // The owner's own hands; and Omega's probes, which the hub holds to what probes may do.
    if (request.unit === ownerCaller || request.unit === omegaCaller) return { allowed: true };
    try {
      const standing = await mandates.standing(request.unit);
      return await decide(request, standing, runs);
    } catch (error) {
      const hint = error instanceof OmegaError ? error.hint : undefined;
      return { allowed: false, reason: messageOf(error), ...(hint === undefined ? {} : { hint }) };
    }
  };
}

async function decide(request: CallRequest, standing: MandateStanding, runs: RunCounts): Promise<Decision> {
  const { mandate } = standing;
  const broken = refusalOf(standing);
  if (broken !== null || mandate === null) return { allowed: false, ...(broken ?? { reason: 'There is no mandate.' }) };
  const refusal =
    toolRefusal(request, mandate) ??
    (await reachRefusal(request, standing, mandate)) ??
    useRefusal(request, mandate, runs);
  if (refusal !== null) {
    const hint = `npm run mandate -- edit ${request.unit} changes what it may do, and ${standing.path} is the file.`;
    return { allowed: false, reason: refusal, hint };
  }
  runs.count(request.unit, request.run, qualified(request));
  return { allowed: true };
}

function qualified({ server, tool }: Pick<CallRequest, 'server' | 'tool'>): string {
  return `${server}.${tool}`;
}

function toolRefusal(request: CallRequest, mandate: Mandate): string | null {
  const { unit, args } = request;
  const tool = qualified(request);
  const right = mandate.tools.find((one) => one.name === tool);
  if (right === undefined) return `The mandate of ${unit} does not name ${tool}.`;
  if (right.level === 'deny') return `The mandate of ${unit} denies ${tool}.`;
  if (right.level === 'ask')
    return `${tool} waits for your approval at each call, which cannot be given yet; write auto or leave it out.`;
  if (right.args === undefined) return null;
  const why = argsRefusal(right.args, args);
  return why === null ? null : `The mandate of ${unit} does not allow these arguments of ${tool}: ${why}`;
}

async function reachRefusal(
  { unit, reach }: CallRequest,
  { folder, path, unit: { example } }: MandateStanding,
  { reads, writes }: Mandate,
): Promise<string | null> {
  const readable = [...reads.map((one) => join(folder, one)), example];
  const writable = writes.map((one) => join(folder, one));
  for (const target of reach.reads) {
    if (!(await isWithinAny(target, readable))) return `The mandate of ${unit} does not let it read ${target}.`;
  }
  const mandateFile = await realOf(path);
  for (const target of reach.writes) {
    if (!(await isWithinAny(target, writable))) return `The mandate of ${unit} does not let it write ${target}.`;
    // A folder that holds the mandate could be moved away with it.
    if (isWithin(mandateFile, await realOf(target))) return `No tool may write the mandate of ${unit}: ${target}.`;
  }
  return null;
}

function useRefusal({ unit, run, ...call }: CallRequest, { tools, budget }: Mandate, runs: RunCounts): string | null {
  const tool = qualified(call);
  const use = runs.of(unit, run);
  const most = tools.find((one) => one.name === tool)?.maxPerRun ?? 0;
  if (use.toolCalls(tool) >= most) return `The mandate of ${unit} allows ${most} calls of ${tool} in a run.`;
  if (use.calls >= budget.toolCalls) return `The mandate of ${unit} allows ${budget.toolCalls} tool calls in a run.`;
  if (use.elapsedMs > budget.wallMs) return `The mandate of ${unit} lets a run take ${budget.wallMs / 1000} s.`;
  return null;
}

/** What a unit's feeds and its other hosts come to: the only ones that are fetched from, as the proxy has them. */
export function feedHosts({ feeds, egress }: Pick<Mandate, 'feeds' | 'egress'>): string[] {
  const own = feeds.map((feed) => new URL(feed)).map((url) => hostOf(url));
  return [...new Set([...own, ...egress.map((host) => host.toLowerCase())])];
}

/** `example.org`, and with another port than 443 `example.org:80`. */
export function hostOf(url: URL): string {
  const port = url.port || (url.protocol === 'http:' ? '80' : '443');
  return port === '443' ? url.hostname : `${url.hostname}:${port}`;
}
