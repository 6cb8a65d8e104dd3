import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { argsRefusal } from '#holding/swarm/mandate-args.ts';
import { faultText, parseMandate, type ParsedMandate } from '#holding/swarm/mandate-parse.ts';
import * as units from '#holding/units.ts';

const shipped = readFileSync(units.marketing.mandate, 'utf8');
const writing = '{ name: filesystem.write_file, level: auto, maxPerRun: 4';
const line = shipped.split('\n').findIndex((one) => one.includes(writing)) + 1;

/** The shipped mandate with a schema for the arguments of one tool. */
function withArgs(schema: string): ParsedMandate {
  return parseMandate(shipped.replace(`${writing} }`, `${writing}, args: ${schema} }`));
}

function faultsOf(schema: string): string {
  const parsed = withArgs(schema);
  return parsed.ok ? '' : parsed.faults.map(faultText).join('\n');
}

function refusalOf(schema: object, args: object): string | null {
  const parsed = withArgs(JSON.stringify(schema));
  if (!parsed.ok) throw new Error(parsed.faults.map(faultText).join('\n'));
  const read = parsed.mandate.tools.find(({ name }) => name === 'filesystem.write_file')?.args ?? {};
  return argsRefusal(read, { ...args });
}

const text = { type: 'string' };
const list = { type: 'array' };

describe('what a schema says is held to:', () => {
  test.each<[object, object, object]>([
    [{ properties: { path: { ...text, pattern: '^/ok/' } } }, { path: '/bad/x' }, { path: '/ok/x' }],
    [{ properties: { path: { const: 'a' } }, required: ['path'] }, {}, { path: 'a' }],
    [{ properties: { n: { type: 'number', maximum: 5 } } }, { n: 10 }, { n: 5 }],
    [{ properties: { n: { type: 'number', maximum: 5 } } }, { n: '10' }, {}],
    [{ additionalProperties: false }, { a: 1 }, {}],
    [{ properties: { path: text }, additionalProperties: false }, { path: 'x', b: 1 }, { path: 'x' }],
    [{ properties: { a: { ...list, uniqueItems: true } } }, { a: [1, 1] }, { a: [1, 2] }],
    [{ properties: { a: { ...list, contains: { const: 1 } } } }, { a: [2] }, { a: [1] }],
    [{ properties: { a: { ...list, items: { type: 'number' } } } }, { a: ['x'] }, { a: [1] }],
    [{ properties: { a: { ...list, maxItems: 1 } } }, { a: [1, 2] }, { a: [1] }],
    [{ minProperties: 1 }, {}, { a: 1 }],
    [{ maxProperties: 1 }, { a: 1, b: 2 }, { a: 1 }],
    [{ propertyNames: { pattern: '^a' } }, { b: 1 }, { a: 1 }],
    [{ patternProperties: { '^a': { type: 'number' } } }, { ab: 'x' }, { ab: 1 }],
    [{ properties: { b: false } }, { b: 1 }, { a: 1 }],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, { a: 1, b: 1 }],
    [{ properties: { path: { ...text, maxLength: 3 } } }, { path: 'long one' }, { path: 'one' }],
    [{ properties: { path: { ...text, not: { pattern: 'secret' } } } }, { path: 'secret' }, { path: 'open' }],
    [{ properties: { a: { enum: ['x'] } } }, { a: 'y' }, { a: 'x' }],
    [{ properties: { a: { type: ['string', 'null'] } } }, { a: 1 }, { a: null }],
  ])('%j', (schema, refused, allowed) => {
    expect(refusalOf({ type: 'object', ...schema }, refused)).toMatch(/^args/);
    expect(refusalOf({ type: 'object', ...schema }, allowed)).toBeNull();
  });
});

describe('a schema that would not hold what it seems to is a fault of the mandate, with its line:', () => {
  test.each([
    ['no type: object', { properties: { path: text } }, 'missing type "object" for keyword "properties"'],
    ['no type: object', { required: ['path'] }, 'missing type "object"'],
    ['no type: object', { additionalProperties: false }, 'missing type "object"'],
    ['no type: object', { allOf: [{ required: ['path'] }] }, 'missing type "object"'],
    ['a pattern for anything', { type: 'object', properties: { path: { pattern: '^/ok/' } } }, 'missing type "string"'],
    ['a maximum for anything', { type: 'object', properties: { n: { maximum: 5 } } }, 'missing type "number"'],
    ['items of anything', { type: 'object', properties: { a: { items: text } } }, 'missing type "array"'],
    ['a misspelt keyword', { type: 'object', propertees: { a: text } }, 'unknown keyword: "propertees"'],
    ['a misspelt name', { type: 'object', properties: { pth: text }, required: ['path'] }, '"path" is not defined'],
    ['an unknown format', { type: 'object', properties: { a: { ...text, format: 'nonsense' } } }, 'unknown format'],
    ['else without if', { type: 'object', else: { required: ['b'] } }, '"else" without "if"'],
    ['a type that there is not', { type: 'nonsense' }, 'data/type'],
    ['a reference to nothing', { $ref: '#/foo' }, "can't resolve reference #/foo"],
    ['a pattern that is none', { type: 'object', properties: { a: { ...text, pattern: '(' } } }, 'Invalid regular'],
    ['what answers later', { $async: true, type: 'object' }, '$async'],
  ])('%s', (_what, schema, message) => {
    const faults = faultsOf(JSON.stringify(schema));
    expect(faults).toContain(`line ${line}: args of filesystem.write_file is no JSON Schema that can be held to: `);
    expect(faults).toContain(message);
  });
});

describe('a value that no JSON has is a fault with its line:', () => {
  test.each(['{ const: .nan }', '{ enum: [.inf] }', '{ maximum: -.inf }', String.raw`{ const: "\ud800" }`])(
    '%s',
    (schema) => {
      expect(faultsOf(schema)).toContain(`line ${line}: `);
    },
  );

  test.each(['&a { x: *a }', '{ type: object, properties: &a { x: *a } }'])('%s', (schema) => {
    expect(faultsOf(schema)).not.toBe('');
  });

  test('a folder’s name as well', () => {
    const parsed = parseMandate(shipped.replace('reads: [documents, reports]', String.raw`reads: ["a\ud800"]`));
    expect(parsed.ok ? '' : parsed.faults.map(faultText).join()).toContain('no text');
  });
});
