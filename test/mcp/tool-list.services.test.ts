import { expect, test } from 'vitest';
import { paramHeaderFault } from '#mcp/param-headers.ts';
import { connectBad, faultOf } from '../support/mcp/bad.ts';

const signal = new AbortController().signal;

test('a bad tool is dropped and named, and the others stay', async () => {
  const { tools, dropped } = await (await connectBad(['lists-badly'])).listTools(signal);
  expect(tools.map(({ name }) => name)).toEqual(['good', 'also-good']);
  expect(dropped.map(({ name }) => name)).toEqual([
    'no-schema',
    'odd-schema',
    'a tool without a name',
    'a tool without a name',
  ]);
});

test('a tool whose name shows other than it is, or cannot be a key, is dropped', async () => {
  const { tools, dropped } = await (await connectBad(['names-badly'])).listTools(signal);
  expect(tools.map(({ name }) => name)).toEqual(['good', 'constructor']);
  expect(dropped.map(({ name }) => name)).toEqual(['re ad', 'read me', 'a tool without a name', '__proto__']);
});

test.for([
  ['lists-in-circles', 'tool-error replied'],
  ['lists-for-ever', 'too-large replied'],
  ['lists-too-many', 'too-large replied'],
] as const)('a server that %s is cut off', async ([habit, fault]) => {
  const connection = await connectBad([habit]);
  expect(await faultOf(connection.listTools(signal))).toBe(fault);
});

test.for([
  ['a plain argument', { properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }, null],
  [
    'a nested argument',
    { properties: { a: { type: 'object', properties: { b: { type: 'integer', 'x-mcp-header': 'B' } } } } },
    null,
  ],
  ['an example that looks like one', { properties: { a: { type: 'object', default: { 'x-mcp-header': 'A' } } } }, null],
  ['an item of a list', { properties: { a: { items: { type: 'string', 'x-mcp-header': 'A' } } } }, 'no plain argument'],
  ['the whole schema', { 'x-mcp-header': 'A', type: 'object' }, 'no plain argument'],
  ['a name with a space', { properties: { a: { type: 'string', 'x-mcp-header': 'A B' } } }, 'no name of a header'],
  ['a number', { properties: { a: { type: 'number', 'x-mcp-header': 'A' } } }, 'no plain type'],
  [
    'a name used twice',
    { properties: { a: { type: 'string', 'x-mcp-header': 'A' }, b: { type: 'string', 'x-mcp-header': 'a' } } },
    'twice',
  ],
] as const)('a header for %s is judged', ([, schema, fault]) => {
  if (fault === null) expect(paramHeaderFault(schema)).toBeNull();
  else expect(paramHeaderFault(schema)).toContain(fault);
});
