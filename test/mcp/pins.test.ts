import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ListedTool } from '#mcp/connect.ts';
import { openLockFiles } from '#mcp/lock-file.ts';
import { comparePins, pinOf, type Pins } from '#mcp/pins.ts';
import { temporaryFolder } from '../support/health.ts';

function tool(name: string, more: object = {}): ListedTool {
  return { name, raw: { name, description: `does ${name}`, inputSchema: { type: 'object' }, ...more } };
}

function pinsOf(...tools: readonly ListedTool[]): Pins {
  return Object.fromEntries(tools.map((one) => [one.name, pinOf(one)]));
}

test('a pin does not depend on the order of keys, nor on what no model reads', () => {
  const one = { name: 'a', raw: { name: 'a', inputSchema: { type: 'object', title: 'x' }, _meta: { n: 1 } } };
  const other = { name: 'a', raw: { _meta: { n: 2 }, inputSchema: { title: 'x', type: 'object' }, name: 'a' } };
  expect(pinOf(other)).toEqual(pinOf(one));
});

test.each([
  ['title', 'new'],
  ['description', 'does something else'],
  ['inputSchema', { type: 'object', required: ['x'] }],
  ['outputSchema', { type: 'object' }],
  ['annotations', { readOnlyHint: true }],
  ['icons', [{ src: 'https://example.org' }]],
  ['execution', { taskSupport: 'optional' }],
])('a change of %s in an allowed tool is found by name', (part, value) => {
  const compared = comparePins({
    tools: [tool('a', { [part]: value })],
    pins: pinsOf(tool('a')),
    allow: ['a'],
    enforce: true,
  });
  expect(compared.changed).toEqual([`a: ${part}`]);
  expect([...compared.usable.keys()]).toEqual([]);
});

test('a change outside the allowed tools is noted, and stops nothing', () => {
  const compared = comparePins({
    tools: [tool('a'), tool('b', { title: 'new' })],
    pins: pinsOf(tool('a'), tool('b')),
    allow: ['a'],
    enforce: true,
  });
  expect(compared).toMatchObject({ changed: [], notes: ['changed since it was pinned: b: title'] });
  expect([...compared.usable.keys()]).toEqual(['a']);
});

test('where pins are only noted a changed tool stays usable', () => {
  const compared = comparePins({
    tools: [tool('a', { title: 'new' })],
    pins: pinsOf(tool('a')),
    allow: ['*'],
    enforce: false,
  });
  expect(compared).toMatchObject({ changed: [], notes: ['changed since it was pinned: a: title'] });
  expect([...compared.usable.keys()]).toEqual(['a']);
});

test('a server that was never seen is pinned at first sight, its allowed tools only', () => {
  const compared = comparePins({ tools: [tool('a'), tool('b')], pins: undefined, allow: ['a'], enforce: true });
  expect(compared.fresh).toEqual(pinsOf(tool('a')));
  expect([...compared.usable.keys()]).toEqual(['a']);
});

test('a tool that joins later is usable where the owner named it, and not where only * covers it', () => {
  const input = { tools: [tool('a'), tool('b')], pins: pinsOf(tool('a')), enforce: true };
  expect([...comparePins({ ...input, allow: ['a', 'b'] }).usable.keys()]).toEqual(['a', 'b']);
  const covered = comparePins({ ...input, allow: ['*'] });
  expect([...covered.usable.keys()]).toEqual(['a']);
  expect(covered.notes).toEqual(['new, and unusable until it is approved: b']);
});

test('a tool that is gone, or listed twice, is noted and not usable', () => {
  const compared = comparePins({ tools: [tool('b'), tool('b')], pins: undefined, allow: ['a', 'b'], enforce: true });
  expect(compared.notes).toEqual(['allowed, and not there: a', 'listed more than once, so unusable: b']);
  expect(compared.usable.size).toBe(0);
});

test.each(['constructor', 'toString', '__proto__'])('a tool that is called %s is a tool like others', (name) => {
  const compared = comparePins({ tools: [tool(name)], pins: pinsOf(tool('a')), allow: ['*'], enforce: true });
  expect(compared.notes).toContain(`new, and unusable until it is approved: ${name}`);
});

test('a tool with the name of what every object has is pinned at first sight like others', () => {
  const { fresh } = comparePins({ tools: [tool('__proto__')], pins: undefined, allow: ['*'], enforce: true });
  expect(Object.keys(fresh)).toEqual(['__proto__']);
});

test("the owner's approvals lie over the shipped ones, tool by tool", async () => {
  using folder = temporaryFolder();
  const [shipped, own] = [join(folder.path, 'shipped.json'), join(folder.path, 'own.json')];
  await openLockFiles({ shipped: own, own: shipped }).keep('one', pinsOf(tool('a'), tool('b')));
  const locks = openLockFiles({ shipped, own });
  const newer = pinsOf(tool('b', { title: 'new' }));
  await locks.keep('one', newer);
  expect(await locks.pinsOf('one')).toEqual({ ...pinsOf(tool('a')), ...newer });
  expect(await locks.pinsOf('other')).toBeUndefined();
  expect(await locks.pinsOf('constructor')).toBeUndefined();
});

test('approvals that are kept at once are all kept', async () => {
  using folder = temporaryFolder();
  const locks = openLockFiles({ shipped: join(folder.path, 'none'), own: join(folder.path, 'own.json') });
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => locks.keep(name, pinsOf(tool(name)))));
  for (const name of ['a', 'b', 'c', 'd']) expect(await locks.pinsOf(name)).toEqual(pinsOf(tool(name)));
});

test('a lock file that cannot be read is no reason to take whatever comes', async () => {
  using folder = temporaryFolder();
  const own = join(folder.path, 'own.json');
  writeFileSync(own, '{"version":1,');
  const locks = openLockFiles({ shipped: join(folder.path, 'none'), own });
  await expect(locks.pinsOf('one')).rejects.toThrow('what was approved is not known');
  writeFileSync(own, '{"version":2}');
  await expect(locks.pinsOf('one')).rejects.toThrow('another form');
});
