import {
  array,
  assert,
  constant,
  integer,
  jsonValue,
  nat,
  oneof,
  property,
  record,
  string,
  stringMatching,
} from 'fast-check';
import { expect, test } from 'vitest';
import { bounds, overBounds } from '#mcp/bounds.ts';
import { scanEnvelope } from '#mcp/envelope.ts';
import { boundEvents } from '#mcp/events.ts';
import { splitLines } from '#mcp/lines.ts';

test('what is nested a hundred thousand levels deep is refused without a stack', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(overBounds(deep)).toContain('deeper');
});

test('the bounds themselves are allowed', () => {
  expect(overBounds(JSON.parse(`${'['.repeat(bounds.depth)}1${']'.repeat(bounds.depth)}`))).toBeNull();
  expect(overBounds(Array.from({ length: bounds.items }, () => 1))).toBeNull();
  expect(overBounds(Array.from({ length: bounds.items + 1 }, () => 1))).toContain('items');
});

test('the id and the method of any message are found, however it is cut into pieces', () => {
  const message = record(
    {
      result: jsonValue(),
      id: oneof(nat(), stringMatching(/^[a-z0-9-]{1,20}$/)),
      jsonrpc: constant('2.0'),
      method: string(),
    },
    { requiredKeys: ['jsonrpc'] },
  );
  assert(
    property(message, integer({ min: 1, max: 50 }), (value, size) => {
      const bytes = Buffer.from(JSON.stringify(shuffled(value), null, size % 3));
      const scanner = scanEnvelope();
      for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size));
      const id = value.id === undefined ? undefined : String(value.id);
      expect(scanner.envelope()).toEqual({ id, hasMethod: 'method' in value });
    }),
  );
});

/** In the opposite order: an id may stand after the payload. */
function shuffled(value: object): object {
  return Object.fromEntries(Object.entries(value).toReversed());
}

test('lines come out as they went in, however the bytes are cut', () => {
  assert(
    property(array(string({ maxLength: 20 })), integer({ min: 1, max: 9 }), (texts, size) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' ')).filter((text) => text !== '');
      const seen: string[] = [];
      const take = splitLines({
        maxBytes: 1000,
        onLine: (line) => void seen.push(line),
        onOversize: () => seen.push('too large'),
      });
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      for (let at = 0; at < bytes.length; at += size) take(Buffer.from(bytes.subarray(at, at + size)));
      expect(seen).toEqual(lines);
    }),
  );
});

test.for(['\n', '\r', '\r\n'])(
  'an event that is too large is left out of its stream, with lines that end in %j',
  async (end) => {
    const event = (text: string): string => `event: message${end}data: ${text}${end}${end}`;
    const dropped: unknown[] = [];
    const bound = boundEvents({ maxBytes: 200, onOversize: (envelope) => dropped.push(envelope) });
    const large = JSON.stringify({ jsonrpc: '2.0', id: 7, result: 'x'.repeat(500) });
    const stream = new Blob([event('{"a":1}'), event(large), event('{"b":2}')]).stream().pipeThrough(bound);
    const text = await new Response(stream).text();
    expect(text.split(end).filter((line) => line.startsWith('data'))).toEqual(['data: {"a":1}', 'data: {"b":2}']);
    expect(dropped).toEqual([{ id: '7', hasMethod: false }]);
  },
);
