import type { ServerStatus } from '#mcp/hub.ts';
import type { Finding } from '../check.ts';
import { ageWords, sentence } from '../views/wording.ts';

type Todo = NonNullable<Finding['todo']>;

/** Evidence that is older counts as none: what worked last week need not work today. */
const evidenceKeptMs = 2 * 24 * 60 * 60_000;

/** What a server or its client wrote of a fault; the first words tell, and the hub's own command shows all of it. */
const longestWhy = 120;

/** Names that are not spelled as their words begin. */
const spelled: Readonly<Record<string, string>> = { github: 'GitHub' };

/** `brave-search` as a person writes it: Brave Search. */
export function toolName(server: string): string {
  const words = server.split(/[-_ ]+/).filter((word) => word !== '');
  return words.map((word) => spelled[word] ?? sentence(word)).join(' ') || server;
}

/** What the hub's word on a server means. That it answers is not enough to be well: a call must have succeeded. */
export function judgeServer(status: ServerStatus, now: number): Finding {
  const latency = typeof status.pingMs === 'number' ? { latencyMs: status.pingMs } : {};
  return { ...latency, ...(judgeState(status) ?? judgeReach(status) ?? judgeUse(status, now)) };
}

/** Null: its state stands in nobody's way. */
function judgeState(status: ServerStatus): Finding | null {
  switch (status.state) {
    case 'disabled':
      return { status: 'off', reason: 'Disabled in mcp.json' };
    case 'needs-auth':
      return status.missing.length === 0 ? refused(status) : notSetUp(status);
    case 'quarantined':
      return changed(status);
    case 'open':
    case 'half-open':
    case 'backoff':
      return broken(status, `Cannot be reached: ${brief(status.lastError?.message ?? status.reachable.why)}`);
    case 'cold':
    case 'starting':
    case 'ready':
    case 'draining':
      break;
  }
  return null;
}

function notSetUp({ name, summary, missing, setUp }: ServerStatus): Finding {
  const names = missing.join(' and ');
  const lacks = `${sentence(summary.replace(/\.$/, ''))}; needs ${names}`;
  const todo: Todo =
    setUp === null
      ? { what: `Set up ${toolName(name)}: ${names} in .env, then start anew`, command: 'nano .env', minutes: 5 }
      : { ...setUp, what: `Set up ${toolName(name)}: ${setUp.what}` };
  return { status: 'off', reason: lacks, todo };
}

function refused({ name, usable, warning, setUp }: ServerStatus): Finding {
  const command = warning?.command ?? setUp?.command ?? 'nano .env';
  const todo = { what: `Give ${toolName(name)} a key that it takes`, command, minutes: setUp?.minutes ?? 5 };
  return { status: 'fail', explicit: true, reason: `Refuses its key: ${brief(usable.why)}`, todo };
}

function changed({ name, changed: changes }: ServerStatus): Finding {
  return {
    status: 'fail',
    explicit: true,
    reason: `Held back, for it changed since it was approved: ${changes.join('; ')}`,
    todo: { what: `Look at what changed in ${toolName(name)}`, command: `npm run mcp -- approve ${name}`, minutes: 5 },
  };
}

function broken(status: ServerStatus, reason: string): Finding {
  return { status: 'fail', reason, todo: settled(status, `See why ${toolName(status.name)} does not work`) };
}

/** Null: it can be reached. */
function judgeReach(status: ServerStatus): Finding | null {
  const { value, why } = status.reachable;
  if (value === null) return { status: 'unknown', reason: `Was not asked yet: ${why}` };
  return value ? null : broken(status, `Cannot be reached: ${brief(why)}`);
}

function judgeUse(status: ServerStatus, now: number): Finding {
  const { name, state, usable, warning } = status;
  if (usable.value === false) return broken(status, `Answers, but cannot be used: ${brief(usable.why)}`);
  const todo = settled(status, `See whether ${toolName(name)} works`);
  if (warning !== null) return { status: 'warn', reason: sentence(warning.reason), todo };
  if (usable.value === null || usable.at === null) {
    return { status: 'unknown', reason: `Answers; whether it can be used is not known: ${usable.why}`, todo };
  }
  const ago = `${ageWords(now - usable.at)} ago`;
  if (now - usable.at > evidenceKeptMs) return { status: 'unknown', reason: `Last worked ${ago}`, todo };
  return { status: 'ok', reason: state === 'cold' ? `Asleep; answered ${ago}` : `Runs; answered a call ${ago}` };
}

/** What ends soon is most likely the cause, and its command the cure; else a probe tells more. */
function settled({ name, warning }: ServerStatus, otherwise: string): Todo {
  if (warning !== null) return { what: sentence(warning.reason), command: warning.command, minutes: 5 };
  return { what: otherwise, command: `npm run mcp -- probe ${name}`, minutes: 5 };
}

function brief(text: string): string {
  return text.length > longestWhy ? `${text.slice(0, longestWhy - 1)}…` : text;
}
