import { translate, type Words } from '#lib/language.ts';
import type { ServerStatus } from '#mcp/hub.ts';
import type { Finding } from '../check.ts';
import { ageWords, joined, sentence } from '../views/wording.ts';

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
      return { status: 'off', reason: { en: 'Disabled in mcp.json', nl: 'Uitgezet in mcp.json' } };
    case 'needs-auth':
      return status.missing.length === 0 ? refused(status) : notSetUp(status);
    case 'quarantined':
      return changed(status);
    case 'open':
    case 'half-open':
    case 'backoff':
      return broken(status, unreachable(status.lastError?.message ?? status.reachable.why));
    case 'cold':
    case 'starting':
    case 'ready':
    case 'draining':
      break;
  }
  return null;
}

function notSetUp({ name, summary, missing, setUp }: ServerStatus): Finding {
  const [en, nl] = [missing.join(' and '), missing.join(' en ')];
  const purpose = translate(summary, (text) => sentence(text.replace(/\.$/, '')));
  const reason = joined([purpose, { en: `needs ${en}`, nl: `${nl} ontbreekt nog` }], '; ');
  const begin = { en: `Set up ${toolName(name)}`, nl: `Stel ${toolName(name)} in` };
  const how = { en: `${en} in .env, then start anew`, nl: `zet ${nl} in .env en start opnieuw` };
  const todo = setUp ?? { what: how, command: 'nano .env', minutes: 5 };
  return { status: 'off', reason, todo: { ...todo, what: joined([begin, todo.what], ': ') } };
}

function refused({ name, usable, warning, setUp }: ServerStatus): Finding {
  const command = warning?.command ?? setUp?.command ?? 'nano .env';
  const tool = toolName(name);
  const what = { en: `Give ${tool} a key that it takes`, nl: `Geef ${tool} een sleutel die het aanneemt` };
  const why = brief(usable.why);
  const reason = { en: `Refuses its key: ${why}`, nl: `Weigert zijn sleutel: ${why}` };
  return { status: 'fail', explicit: true, reason, todo: { what, command, minutes: setUp?.minutes ?? 5 } };
}

function changed({ name, changed: changes }: ServerStatus): Finding {
  const tool = toolName(name);
  const what = { en: `Look at what changed in ${tool}`, nl: `Bekijk wat er in ${tool} veranderd is` };
  const list = changes.join('; ');
  return {
    status: 'fail',
    explicit: true,
    reason: {
      en: `Held back, for it changed since it was approved: ${list}`,
      nl: `Tegengehouden, want het veranderde sinds de goedkeuring: ${list}`,
    },
    todo: { what, command: `npm run mcp -- approve ${name}`, minutes: 5 },
  };
}

function broken(status: ServerStatus, reason: Words): Finding {
  const tool = toolName(status.name);
  const see = { en: `See why ${tool} does not work`, nl: `Kijk waarom ${tool} niet werkt` };
  return { status: 'fail', reason, todo: settled(status, see) };
}

function unreachable(why: string): Words {
  return { en: `Cannot be reached: ${brief(why)}`, nl: `Niet te bereiken: ${brief(why)}` };
}

/** Null: it can be reached. */
function judgeReach(status: ServerStatus): Finding | null {
  const { value, why } = status.reachable;
  if (value === null) {
    return { status: 'unknown', reason: { en: `Was not asked yet: ${why}`, nl: `Nog niet bevraagd: ${why}` } };
  }
  return value ? null : broken(status, unreachable(why));
}

function judgeUse(status: ServerStatus, now: number): Finding {
  const { name, state, usable, warning } = status;
  if (usable.value === false) return broken(status, unusable(usable.why));
  const tool = toolName(name);
  const todo = settled(status, { en: `See whether ${tool} works`, nl: `Kijk of ${tool} werkt` });
  if (warning !== null) return { status: 'warn', reason: translate(warning.reason, sentence), todo };
  if (usable.value === null || usable.at === null) return { status: 'unknown', reason: untried(usable.why), todo };
  const ageMs = now - usable.at;
  if (ageMs > evidenceKeptMs) return { status: 'unknown', reason: lastWorked(ageMs), todo };
  return { status: 'ok', reason: state === 'cold' ? asleep(ageMs) : answering(ageMs) };
}

function unusable(why: string): Words {
  return {
    en: `Answers, but cannot be used: ${brief(why)}`,
    nl: `Antwoordt, maar is niet te gebruiken: ${brief(why)}`,
  };
}

function untried(why: string): Words {
  return {
    en: `Answers; whether it can be used is not known: ${why}`,
    nl: `Antwoordt; of het te gebruiken is, is niet bekend: ${why}`,
  };
}

function lastWorked(ms: number): Words {
  const age = ageWords(ms);
  return { en: `Last worked ${age.en} ago`, nl: `Werkte ${age.nl} geleden voor het laatst` };
}

function asleep(ms: number): Words {
  const age = ageWords(ms);
  return { en: `Asleep; answered ${age.en} ago`, nl: `Slaapt; antwoordde ${age.nl} geleden` };
}

function answering(ms: number): Words {
  const age = ageWords(ms);
  return { en: `Runs; answered a call ${age.en} ago`, nl: `Draait; antwoordde ${age.nl} geleden op een aanroep` };
}

/** What ends soon is most likely the cause, and its command the cure; else a probe tells more. */
function settled({ name, warning }: ServerStatus, otherwise: Words): Todo {
  if (warning !== null) return { what: translate(warning.reason, sentence), command: warning.command, minutes: 5 };
  return { what: otherwise, command: `npm run mcp -- probe ${name}`, minutes: 5 };
}

function brief(text: string): string {
  return text.length > longestWhy ? `${text.slice(0, longestWhy - 1)}…` : text;
}
