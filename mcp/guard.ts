import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { messageOf } from '#lib/errors.ts';
import { omegaCaller, ownerCaller, type Authorize, type CallRequest, type Decision } from './authorize.ts';
import { overBounds } from './bounds.ts';
import { isListed } from './config-schema.ts';
import type { ToolCall } from './hub.ts';
import { changedError, type Station } from './station.ts';
import { widestReach } from './target.ts';
import { ToolError, type ToolErrorOptions } from './tool-error.ts';

/** A call that may be sent. */
export interface Admitted {
  readonly station: Station;
  readonly tool: string;
  /** What is sent is what was hashed and authorised: later changes of the caller's object do not reach it. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** What the audit says of a call, filled in as it becomes known. */
export interface Draft {
  server: string;
  tool: string;
  args: string | null;
  pin: string | null;
  attempts: number;
}

export interface GuardOptions {
  readonly stations: ReadonlyMap<string, Station>;
  readonly authorize: Authorize;
  /** A probe is how a refusal ends. */
  readonly isTrial: boolean;
}

/** Refuses what must not be sent, before anything is started. @throws ToolError, `not-sent`. */
export async function admit(call: ToolCall, draft: Draft, options: GuardOptions): Promise<Admitted> {
  const { station, tool } = findTool(call.tool, options.stations);
  draft.server = station.config.name;
  draft.tool = tool;
  requireState(station, options.isTrial);
  requireAllowed(station, tool, call.unit);
  const args = plainArgs(call, station);
  draft.args = createHash('sha256').update(args.text).digest('hex');
  const admitted = { station, tool, args: args.value };
  await requireLeave(admitted, call, options.authorize);
  return admitted;
}

function findTool(qualified: string, stations: ReadonlyMap<string, Station>): { station: Station; tool: string } {
  const dot = qualified.indexOf('.');
  const station = stations.get(qualified.slice(0, Math.max(0, dot)));
  const tool = qualified.slice(dot + 1);
  if (station !== undefined && tool !== '') return { station, tool };
  throw denied(`There is no tool ${JSON.stringify(qualified.slice(0, 100))}.`, {
    hint: 'A tool is named server.tool, as npm run mcp -- tools lists them.',
  });
}

function requireState(station: Station, isTrial: boolean): void {
  requireSetUp(station);
  if (isTrial) return;
  const { config, facts, state } = station;
  const { name } = config;
  if (state() === 'quarantined') throw changedError(name, facts.get().changed);
  if (facts.isRefused())
    throw denied(`${name} refuses the credentials: ${facts.get().usable.why}`, {
      kind: 'auth',
      hint: `Change them, or try them again: npm run mcp -- probe ${name}.`,
    });
}

/** It is switched on, and its variables have values: else it is started for nothing and nobody. @throws ToolError */
export function requireSetUp({ config: { name, disabled, missing }, known }: Station): void {
  if (disabled) throw denied(`${name} is switched off in mcp.json.`);
  const hint = known?.setUp?.command ?? `Set ${missing.join(', ')} in .env.`;
  if (missing.length > 0) throw denied(`${name} needs ${missing.join(', ')}.`, { kind: 'auth', hint });
}

/** The owner and Omega itself are no units; but what no entry allows is for nobody. */
function requireAllowed({ config: { name, rules } }: Station, tool: string, unit: string): void {
  if (!isListed(rules.allow, tool))
    throw denied(`${name}.${tool.slice(0, 100)} is not allowed.`, {
      hint: `Name it under omega.allow of ${name} in mcp.json.`,
    });
  if (unit === omegaCaller && tool !== rules.probe?.tool) throw denied(`Omega itself calls ${name} to probe it only.`);
  if (unit !== omegaCaller && unit !== ownerCaller && !isListed(rules.units, unit))
    throw denied(`${name} is not for the unit ${unit}.`, { hint: `Name it under omega.units of ${name} in mcp.json.` });
}

function plainArgs(
  { args, tool }: ToolCall,
  { config }: Station,
): { text: string; value: Readonly<Record<string, unknown>> } {
  const why = overBounds(args);
  if (why !== null) throw denied(`The arguments of ${tool} are refused: ${why}.`);
  const text = canonicalText(args, tool);
  if (Buffer.byteLength(text) > config.rules.maxArgsBytes)
    throw denied(`The arguments of ${tool} are more than ${config.rules.maxArgsBytes} bytes.`);
  return { text, value: JSON.parse(text) };
}

function canonicalText(args: ToolCall['args'], tool: string): string {
  try {
    const text = canonicalize(args);
    if (text?.startsWith('{') === true) return text;
  } catch (cause) {
    throw denied(`The arguments of ${tool} are no JSON: ${messageOf(cause)}.`);
  }
  throw denied(`The arguments of ${tool} are no object.`);
}

async function requireLeave({ station, tool, args }: Admitted, call: ToolCall, authorize: Authorize): Promise<void> {
  const { config, known } = station;
  const reach = known?.reach?.(tool, args) ?? widestReach(config);
  const request: CallRequest = { unit: call.unit, run: call.run, server: config.name, tool, args, reach };
  const decision = await decide(authorize, request);
  if (decision.allowed) return;
  throw denied(decision.reason, decision.hint === undefined ? {} : { hint: decision.hint });
}

/** What cannot be decided is not allowed. */
async function decide(authorize: Authorize, request: CallRequest): Promise<Decision> {
  try {
    return await authorize(request);
  } catch (error) {
    return {
      allowed: false,
      reason: `Whether ${request.unit} may do this could not be found out: ${messageOf(error)}`,
    };
  }
}

/** A refusal by Omega: nothing was sent. */
export function denied(message: string, more: Partial<ToolErrorOptions> = {}): ToolError {
  return new ToolError(message, { kind: 'denied', delivery: 'not-sent', ...more });
}
