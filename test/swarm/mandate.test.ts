import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assert, property, string } from 'fast-check';
import { approvedForm, formDifference, formHash } from '#holding/swarm/mandate-form.ts';
import { faultText, parseMandate } from '#holding/swarm/mandate-parse.ts';
import type { Mandate } from '#holding/swarm/mandate.ts';
import * as units from '#holding/units.ts';

const shipped = readFileSync(units.marketing.mandate, 'utf8');

function valid(text = shipped): Mandate {
  const parsed = parseMandate(text);
  if (!parsed.ok) throw new Error(parsed.faults.map(faultText).join('\n'));
  return parsed.mandate;
}

/** The faults of a mandate of which one text is replaced. */
function faultsOf(from: string | RegExp, to: string): string[] {
  const parsed = parseMandate(shipped.replace(from, to));
  return parsed.ok ? [] : parsed.faults.map(faultText);
}

function lineOf(text: string): number {
  return shipped.split('\n').findIndex((line) => line.includes(text)) + 1;
}

describe.each(Object.values(units))('the mandate that $id ships with', ({ mandate }) => {
  test('parses, carries no date, and reads and writes in its own folder only', () => {
    const text = readFileSync(mandate, 'utf8');
    const { reads, writes, egress } = valid(text);
    expect(text).not.toMatch(/20\d\d/);
    expect([reads, writes, egress]).toEqual([['documents', 'reports'], ['reports'], []]);
  });
});

describe('a fault is named with its line:', () => {
  test.each([
    ['maxPerRun: 200', 'maxPerRun: many', 'maxPerRun', 'filesystem.list_directory'],
    [
      'level: auto, maxPerRun: 200',
      'level: always, maxPerRun: 200',
      'must be auto, ask or deny',
      'filesystem.list_directory',
    ],
    ['reads: [documents, reports]', 'reads: [../other]', 'must lie within the unit’s folder', 'reads: ['],
    ['reads: [documents, reports]', 'reads: [/etc]', 'must lie within the unit’s folder', 'reads: ['],
    ['reads: [documents, reports]', 'reads: [a/../../b]', 'must lie within the unit’s folder', 'reads: ['],
    ['reads: [documents, reports]', 'reads: [~/x]', 'must lie within the unit’s folder', 'reads: ['],
    ['egress: []', 'egress: ["https://x.example"]', 'must be a host', 'egress: []'],
    ['egress: []', 'egress: ["*"]', 'must be a host', 'egress: []'],
    ['https://martech.org/feed', 'ftp://martech.org/feed', 'https://', 'martech.org'],
    ['https://martech.org/feed', 'https://me:secret@martech.org/feed', 'password', 'martech.org'],
    ['goal:', 'gaol:', 'gaol is no name that a mandate has', 'goal:'],
    ['toolCalls: 6500', 'toolCalls: -1', 'budget.toolCalls', 'budget:'],
    ['filesystem.get_file_info', 'filesystem.list_directory', 'listed twice', 'get_file_info'],
    ['maxPerRun: 200 }', 'maxPerRun: 200, args: { type: 7 } }', 'no JSON Schema', 'filesystem.list_directory'],
  ])('%s → %s', (...row) => {
    const [from, to, message, at] = row;
    const faults = faultsOf(from, to);
    expect(faults.join('\n')).toContain(message);
    expect(faults.join('\n')).toContain(`line ${lineOf(at)}:`);
  });

  test('all of them at once', () => {
    const text = shipped
      .replace('level: auto', 'level: always')
      .replace('egress: []', 'egress: [nowhere]')
      .replace('goal:', 'gaol:');
    const parsed = parseMandate(text);
    expect(parsed.ok ? 0 : parsed.faults.length).toBe(4);
  });

  test('YAML that does not parse', () => {
    expect(faultsOf('egress: []', 'egress: [').join()).toMatch(/^line \d+: /);
    expect(faultsOf('egress: []', 'egress: []\negress: []').join()).toContain('unique');
  });

  test.each([
    ['no block at all', '# Mandate', 'no block of YAML'],
    ['a second block', `${shipped}\n\`\`\`yaml\ngoal: x\n\`\`\``, 'second block'],
    ['an empty block', '```yaml\n```', ''],
    [
      'aliases without end',
      `\`\`\`yaml\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n\`\`\``,
      'alias',
    ],
  ])('%s', (_what, text, message) => {
    const parsed = parseMandate(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.faults.map(faultText).join()).toContain(message);
  });
});

test('whatever the text, it parses or names a fault', () => {
  assert(
    property(string(), (text) => {
      const parsed = parseMandate(`\`\`\`yaml\n${text}\n\`\`\``);
      expect(parsed.ok || parsed.faults.length > 0).toBe(true);
    }),
    { numRuns: 200 },
  );
});

describe('what needs approval', () => {
  const hashOf = (text: string): string => formHash(approvedForm('marketing', valid(text)));

  test.each([
    ['goal', shipped.replace(/^goal: .*$/m, 'goal: Another one.')],
    ['topics', shipped.replace('  - ai agents', '  - other things')],
    ['feeds', shipped.replace('https://martech.org/feed', 'https://other.example/feed')],
    ['prose', `${shipped}\nMore words.`],
    ['the order of lines', shipped.replace('reads: [documents, reports]', 'reads: [reports, documents]')],
  ])('is not %s', (_what, text) => {
    expect(hashOf(text)).toBe(hashOf(shipped));
  });

  test.each([
    ['a tool', shipped.replace('level: auto, maxPerRun: 200', 'level: ask, maxPerRun: 200')],
    ['a count', shipped.replace('maxPerRun: 1000', 'maxPerRun: 1001')],
    ['arguments', shipped.replace('maxPerRun: 200 }', 'maxPerRun: 200, args: { type: object } }')],
    ['reads', shipped.replace('reads: [documents, reports]', 'reads: [documents]')],
    ['writes', shipped.replace('writes: [reports]', 'writes: [reports, documents]')],
    ['egress', shipped.replace('egress: []', 'egress: [x.example]')],
    ['budget', shipped.replace('toolCalls: 6500', 'toolCalls: 6501')],
  ])('is %s', (_what, text) => {
    expect(hashOf(text)).not.toBe(hashOf(shipped));
  });

  test('is shown as what goes and what comes', () => {
    const before = approvedForm('marketing', valid());
    const after = approvedForm('marketing', valid(shipped.replace('toolCalls: 6500', 'toolCalls: 7000')));
    expect(formDifference(before, after)).toEqual({
      removed: ['at most 6500 tool calls a run'],
      added: ['at most 7000 tool calls a run'],
    });
  });
});
