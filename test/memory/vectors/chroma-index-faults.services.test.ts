import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createChromaIndex } from '#holding/memory/vectors/chroma-index.ts';
import type { OpenSpace } from '#holding/memory/vectors/vector-index.ts';
import { messageOf } from '#lib/errors.ts';
import { manyPoints, point } from '../../contract/vector-index.ts';
import { openChroma, type TestChroma } from '../../support/chroma.ts';
import { openChromaFront, type ChromaFront, type Fault } from '../../support/chroma-front.ts';

const { signal } = new AbortController();
const timeoutMs = 1500;
const vector = Float32Array.from([1, 0]);
const away = { code: 'E_INDEX_AWAY' };
const broken = { code: 'E_INDEX_BROKEN' };
const notFound = '{"error":"NotFoundError","message":"Collection not found"}';
let chroma: TestChroma;
let front: ChromaFront;
let opened: OpenSpace;

beforeAll(async () => {
  chroma = await openChroma();
  front = await openChromaFront(() => chroma.address);
});
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await chroma[Symbol.asyncDispose]();
});
beforeEach(async () => {
  front.fail(undefined);
  opened = await createChromaIndex({ address: () => front.address, timeoutMs }).open(
    { name: 'faults', dimensions: 2 },
    signal,
  );
  await opened.put([point('a', [1, 0])], signal);
});

const answer =
  (status: number, body: string): Fault =>
  (question, response) => {
    question.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };

function beginAnAnswer(question: IncomingMessage, response: ServerResponse): void {
  question.resume();
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"ids"');
}

/** A collection of 2,000 vectors, most of them persisted, whose files are spoiled while the server is down. */
async function spoiled(spoil: (folder: string) => void): Promise<TestChroma> {
  const own = await openChroma();
  const space = await createChromaIndex({ address: () => own.address }).open({ name: 'big', dimensions: 32 }, signal);
  await space.put(manyPoints(2000, 32), signal);
  await own.kill();
  const segment = readdirSync(own.folder, { withFileTypes: true }).find((entry) => entry.isDirectory());
  spoil(join(own.folder, segment?.name ?? ''));
  await own.restart();
  return own;
}

test.each<[string, Fault, string]>([
  ['hangs', (question) => void question.resume(), 'no answer within 1.5 s'],
  ['begins an answer and then hangs', beginAnAnswer, 'no answer within 1.5 s'],
  ['closes the connection', (question) => void question.destroy(), 'nothing answers there'],
  ['answers 500 to everything', answer(500, '{"error":"InternalError","message":"no"}'), 'it answers with faults'],
  ['answers 502 as a proxy before one that is down', answer(502, '<html>Bad gateway</html>'), 'says that it is down'],
  ['answers with a page of HTML', answer(200, '<html>Welcome</html>'), 'it does not speak as Chroma does'],
  ['answers with other JSON', answer(200, '{"welcome":true}'), 'it does not speak as Chroma does'],
  ['answers with nothing', answer(200, ''), 'it does not speak as Chroma does'],
  ['refuses the credentials', answer(401, '{"error":"Unauthorized"}'), 'it refuses the credentials in CHROMA_URL'],
  ['forbids it', answer(403, '{}'), 'it refuses the credentials in CHROMA_URL'],
  ['does not know the collection', answer(404, notFound), 'what was asked for is no longer there'],
  ['asks for patience', answer(429, '{}'), 'it asks for patience'],
])('a Chroma that %s is away, and is used again once it returns to life', async (_, fault, words) => {
  front.fail(fault);
  const began = performance.now();
  const error = await opened.nearest(vector, { limit: 1 }, signal).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject(away);
  expect(messageOf(error)).toMatch(new RegExp(`^The index of vectors is away: [^:]*${words}[^:]*\\.$`));
  expect(performance.now() - began).toBeLessThan(timeoutMs + 1000);
  front.fail(undefined);
  expect(await opened.nearest(vector, { limit: 1 }, signal)).toEqual([{ id: 'a', similarity: expect.closeTo(1, 5) }]);
});

test('a server that knows none of our paths is told to be no Chroma', async () => {
  front.fail(answer(404, '<html>Not found</html>'));
  const index = createChromaIndex({ address: () => front.address, timeoutMs });
  await expect(index.probe(signal)).rejects.toThrow('what answers there is no Chroma');
});

test.each([400, 422, 500, 503])('a server that answers %i with our credentials is not quoted', async (status) => {
  front.fail((question, response) => {
    const told = JSON.stringify(question.headers);
    answer(status, JSON.stringify({ error: told, message: told }))(question, response);
  });
  const index = createChromaIndex({ address: () => front.address.replace('//', '//user:sesame@'), timeoutMs });
  const error = await index.spaces(signal).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject(away);
  for (const secret of ['sesame', 'Basic', Buffer.from('user:sesame').toString('base64')])
    expect(inspect(error, { depth: 5 })).not.toContain(secret);
});

test('a collection that fails while the server answers otherwise is broken', async () => {
  front.fail(answer(500, '{"error":"InternalError","message":"Error finding id"}'), /\/query$/);
  const finding = opened.nearest(vector, { limit: 1 }, signal);
  await expect(finding).rejects.toMatchObject({
    ...broken,
    message: expect.stringContaining('it answers with faults'),
  });
});

test('a fault that passes is waited out', async () => {
  const fails = answer(500, '{"error":"InternalError","message":"a moment"}');
  let times = 0;
  front.fail((question, response) => {
    times += 1;
    fails(question, response);
    if (times === 2) front.fail(undefined);
  }, /\/query$/);
  expect(await opened.nearest(vector, { limit: 1 }, signal)).toHaveLength(1);
});

test('a full disk is no fault of the data', async () => {
  const message = 'error returned from database: (code: 13) database or disk is full';
  front.fail(answer(500, JSON.stringify({ error: 'InternalError', message })), /\/upsert$/);
  await expect(opened.put([point('b', [0, 1])], signal)).rejects.toMatchObject({
    ...away,
    message: 'The index of vectors is away: its disk is full.',
  });
});

test('a server that dies at each write, as damaged files can make it, is broken after three', async () => {
  front.fail((question) => void question.destroy(), /\/upsert$/);
  await expect(opened.put([point('b', [0, 1])], signal)).rejects.toMatchObject(away);
  await expect(opened.put([point('b', [0, 1])], signal)).rejects.toMatchObject(away);
  await expect(opened.put([point('b', [0, 1])], signal)).rejects.toMatchObject(broken);
});

test('a signal that is aborted while Chroma hangs ends the wait at once, with its own reason', async () => {
  const reason = new Error('enough');
  const enough = new AbortController();
  front.fail((question) => {
    question.resume();
    enough.abort(reason);
  });
  await expect(opened.nearest(vector, { limit: 1 }, enough.signal)).rejects.toBe(reason);
});

test('no address at all is away', async () => {
  const index = createChromaIndex({ address: () => null });
  await expect(index.spaces(signal)).rejects.toMatchObject(away);
});

test('it is told once that Chroma goes away, and once that it is back', async () => {
  const told: string[] = [];
  const log = { info: (text: string) => void told.push(text), warn: (text: string) => void told.push(text) };
  const index = createChromaIndex({ address: () => front.address, timeoutMs, log });
  front.fail((question) => void question.destroy());
  for (let times = 0; times < 3; times += 1) await expect(index.spaces(signal)).rejects.toMatchObject(away);
  front.fail(undefined);
  await index.spaces(signal);
  await index.spaces(signal);
  expect(told).toEqual([expect.stringContaining('nothing answers there'), 'Chroma answers again']);
});

test.each([
  ['user:p%40ss@', { authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}` }],
  [':t0ken@', { authorization: 'Bearer t0ken', 'x-chroma-token': 't0ken' }],
])('the credentials %s of an address go along', async (credentials, headers) => {
  const index = createChromaIndex({ address: () => front.address.replace('//', `//${credentials}`) });
  await index.spaces(signal);
  expect(front.lastHeaders()).toMatchObject(headers);
});

test('an address with a path is refused with words, for the client cannot use one', async () => {
  const index = createChromaIndex({ address: () => 'http://127.0.0.1:8000/chroma' });
  const asking = index.spaces(signal);
  await expect(asking).rejects.toMatchObject({ ...away, message: expect.stringContaining('/chroma') });
});

test('a Chroma that is killed and comes back on another port is used there, with the same space', async () => {
  await using own = await openChroma();
  const index = createChromaIndex({ address: () => own.address });
  const space = await index.open({ name: 'moves', dimensions: 2 }, signal);
  await space.put([point('a', [1, 0])], signal);
  await own.kill();
  await expect(space.count(signal)).rejects.toMatchObject(away);
  await own.restart();
  expect(await space.ids(signal)).toEqual(['a']);
});

test.each<[string, (folder: string) => void]>([
  ['full of garbage', (folder) => writeFileSync(join(folder, 'header.bin'), Buffer.alloc(4096, 0xa5))],
  ['gone', (folder) => rmSync(join(folder, 'link_lists.bin'))],
  ['cut short', (folder) => cut(join(folder, 'data_level0.bin'))],
  ['garbage of the right length, which Chroma loads without a word', (folder) => blur(join(folder, 'data_level0.bin'))],
  ['without the list of its ids', (folder) => rmSync(join(folder, 'index_metadata.pickle'))],
])('a space whose files are %s is broken, and one begun anew is not', async (_, spoil) => {
  await using own = await spoiled(spoil);
  const index = createChromaIndex({ address: () => own.address });
  const use = async (): Promise<void> => {
    const space = await index.open({ name: 'big', dimensions: 32 }, signal);
    await space.nearest(manyPoints(1, 32)[0]!.vector, { limit: 10 }, signal);
  };
  await expect(use()).rejects.toMatchObject(broken);
  await index.drop('big', signal);
  await expect(use()).resolves.toBeUndefined();
});

function cut(file: string): void {
  truncateSync(file, Math.floor(statSync(file).size / 20)); // It has room for five times as many as it holds.
}

function blur(file: string): void {
  writeFileSync(file, Buffer.alloc(statSync(file).size, 0xa5));
}
