import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { formDifference, formHash, formLines } from '#holding/swarm/mandate-form.ts';
import { faultText } from '#holding/swarm/mandate-parse.ts';
import { dayOf, refusalOf, type MandateStanding } from '#holding/swarm/mandate-standing.ts';
import { createMandates, type Mandates } from '#holding/swarm/mandate-store.ts';
import * as unitCatalogue from '#holding/units.ts';
import { systemClock } from '#lib/clock.ts';
import { readEnv } from '#lib/env.ts';
import { OmegaError, usageError } from '#lib/errors.ts';
import { paint, printJson, runCommand } from './command.ts';
import { readPlace } from './settings.ts';

const units = Object.values(unitCatalogue);

await runCommand({
  name: 'npm run mandate',
  summary: 'what a unit is for, and what it may do',
  help: [
    [
      '-- show [UNIT]',
      `what it allows, and whether it holds; all units unless named: ${units.map(({ id }) => id).join(', ')}`,
    ],
    ['-- edit [UNIT]', 'open it in $VISUAL or $EDITOR, and check it after; one that is gone begins anew as shipped'],
    ['-- check [UNIT]', 'every fault with its line; 1 where it allows nothing'],
    ['-- approve [UNIT]', 'show what changed in tools, reach and budget, and approve it for a year'],
    ['-- approve UNIT --yes', 'the same without a question'],
    ['-- … --json', 'for scripts; approve needs --yes with it'],
  ],
  options: { json: { type: 'boolean' }, yes: { type: 'boolean' } },
  run: async ({ positionals: [verb = 'show', unit], values, signal }) => {
    const mandates = createMandates({ paths: readPlace().paths, units, clock: systemClock });
    const json = values.json === true;
    if (verb === 'show') return show(await standings(mandates, unit), json);
    if (verb === 'check') return check(await standings(mandates, unit), json);
    if (verb === 'edit') return edit(mandates, oneUnit(unit));
    if (verb === 'approve') return approve(mandates, oneUnit(unit), { json, yes: values.yes === true, signal });
    throw usageError(`There is no “npm run mandate -- ${verb}”.`, 'npm run mandate -- --help lists what there is.');
  },
});

async function standings(mandates: Mandates, unit: string | undefined): Promise<MandateStanding[]> {
  const wanted = unit === undefined ? units.map(({ id }) => id) : [unit];
  return Promise.all(wanted.map((id) => mandates.standing(id)));
}

/** The only one needs no name. */
function oneUnit(unit: string | undefined): string {
  if (unit !== undefined) return unit;
  const [only] = units;
  if (only !== undefined && units.length === 1) return only.id;
  throw usageError('Which unit?', `There are: ${units.map(({ id }) => id).join(', ')}.`);
}

function facts({ unit, path, state, mandate, faults, approvedAt, expiresAt }: MandateStanding): object {
  return { unit: unit.id, path, state, approvedAt, expiresAt, faults, mandate };
}

function show(all: readonly MandateStanding[], json: boolean): void {
  if (json) return printJson(all.map(facts));
  for (const standing of all) {
    const { unit, path, mandate, form } = standing;
    process.stdout.write(`${paint('bold', unit.name)}: ${unit.summary}\n  ${path}\n  ${inWords(standing)}\n`);
    if (mandate === null || form === null) continue;
    print('goal', [mandate.goal]);
    print('topics', mandate.topics);
    print('feeds', mandate.feeds);
    print('needs your approval when it changes', formLines(form));
    process.stdout.write(`npm run mandate -- edit ${unit.id} changes it.\n`);
  }
}

function print(title: string, lines: readonly string[]): void {
  process.stdout.write(
    `  ${paint('dim', title)}\n${(lines.length === 0 ? ['–'] : lines).map((line) => `    ${line}\n`).join('')}`,
  );
}

function inWords(standing: MandateStanding): string {
  const { state, expiresAt, expiresSoon } = standing;
  const refusal = refusalOf(standing);
  if (refusal !== null) return `${paint('red', '✗')} ${refusal.reason}\n  → ${refusal.hint}`;
  if (state === 'shipped') return `${paint('green', '✓')} It allows what Omega ships with, which needs no approval.`;
  const until = `Approved until ${dayOf(expiresAt ?? 0)}`;
  return expiresSoon
    ? `${paint('yellow', '!')} ${until}, which is soon\n  → npm run mandate -- approve ${standing.unit.id} approves it for another year.`
    : `${paint('green', '✓')} ${until}.`;
}

function check(all: readonly MandateStanding[], json: boolean): number {
  if (json) printJson(all.map(facts));
  else for (const standing of all) tellFaults(standing);
  return all.every((standing) => refusalOf(standing) === null) ? 0 : 1;
}

function tellFaults(standing: MandateStanding): void {
  const { unit, path, faults } = standing;
  if (faults.length === 0) return void process.stdout.write(`${paint('bold', unit.id)}: ${inWords(standing)}\n`);
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  process.stdout.write(`${paint('red', '✗')} ${path} has ${count}, and so allows nothing:\n`);
  for (const fault of faults) process.stdout.write(`  ${faultText(fault)}\n`);
  process.stdout.write(`  → npm run mandate -- edit ${unit.id} opens it again.\n`);
}

/** The editor is the owner's own command line, as everywhere else: it may have options in it. */
async function edit(mandates: Mandates, unit: string): Promise<number> {
  const { path, state } = await mandates.standing(unit);
  if (state === 'missing') {
    await mandates.putShipped(unit);
    process.stdout.write(`It was gone: what Omega ships with was put there, and holds from now on: ${path}\n`);
  }
  const { variable } = readEnv();
  const editor = variable('VISUAL') ?? variable('EDITOR') ?? 'nano';
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usageError(
      'An editor needs a terminal.',
      `Change ${path} with any editor, then: npm run mandate -- check ${unit}`,
    );
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0)
    throw new OmegaError(`${editor} ended with ${String(code)}.`, {
      code: 'E_EDITOR',
      hint: `Set EDITOR to one that is there, or change ${path} with any editor.`,
    });
  return check([await mandates.standing(unit)], false);
}

interface Approving {
  readonly json: boolean;
  readonly yes: boolean;
  readonly signal: AbortSignal;
}

async function approve(mandates: Mandates, unit: string, { json, yes, signal }: Approving): Promise<number> {
  const before = await mandates.standing(unit);
  if (before.form === null) return check([before], json);
  if (before.state === 'shipped') {
    if (json) printJson(facts(before));
    else process.stdout.write(`${inWords(before)} There is nothing to approve.\n`);
    return 0;
  }
  if (json && !yes)
    throw usageError(
      'With --json nothing is shown and nothing asked.',
      `npm run mandate -- approve ${unit} --json --yes`,
    );
  const { removed, added } = formDifference(before.approvedForm, before.form);
  if (!json) tellDifference(before, { removed, added });
  if (!yes && !(await isNamed(unit, signal))) {
    process.stdout.write('Nothing was approved.\n');
    return 1;
  }
  const after = await mandates.approve(unit, formHash(before.form));
  if (json) printJson({ ...facts(after), removed, added });
  else process.stdout.write(`${inWords(after)}\n`);
  return 0;
}

function tellDifference(
  { approvedAt, unit, state }: MandateStanding,
  { removed, added }: { removed: readonly string[]; added: readonly string[] },
): void {
  const since = approvedAt === null ? 'what was shipped' : `your approval of ${dayOf(approvedAt)}`;
  process.stdout.write(`${paint('bold', unit.name)}, against ${since}:\n`);
  for (const line of removed) process.stdout.write(`${paint('red', `  - ${line}`)}\n`);
  for (const line of added) process.stdout.write(`${paint('green', `  + ${line}`)}\n`);
  if (removed.length + added.length === 0)
    process.stdout.write(state === 'approved' ? '  nothing changed; it starts another year\n' : '  nothing changed\n');
  process.stdout.write(`${paint('dim', '  goal, topics and feeds need no approval and are not listed')}\n`);
}

async function isNamed(unit: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw usageError('To approve needs a terminal, or --yes.', `npm run mandate -- approve ${unit} --yes`);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question(`Type ${unit} to approve it for a year: `, { signal })).trim() === unit;
  } finally {
    lines.close();
  }
}
