import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isOnInternet } from '#holding/health/own/internet.ts';
import { checkOf, look, rawServer } from '../../support/own-checks.ts';

test('a port that answers is well', async () => {
  await using server = await rawServer(() => {});
  const found = await look(checkOf({ kind: 'tcp', host: '127.0.0.1', port: server.port }));
  expect(found).toMatchObject({ status: 'ok', reason: `Port ${server.port} answers` });
});

test('a port that refuses fails, and so does a name that nobody knows', async () => {
  const server = await rawServer(() => {});
  await server[Symbol.asyncDispose]();
  const refused = await look(checkOf({ kind: 'tcp', host: '127.0.0.1', port: server.port }));
  expect(refused).toMatchObject({ status: 'fail', reason: `127.0.0.1:${server.port} refuses the connection` });
  const unknown = await look(checkOf({ kind: 'tcp', host: 'nobody-knows.invalid', port: 80 }));
  expect(unknown.status).toBe('fail');
});

/** Answers each question for an address with one, or not at all; the wire format is that of RFC 1035. */
async function nameServer(answer: 'address' | 'no such name' | 'silence') {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    if (answer === 'silence') return;
    const isKnown = answer === 'address';
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
    header.writeUInt16BE(isKnown ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    const end = question.indexOf(0, 12) + 5;
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 168, 1, 7]);
    socket.send(Buffer.concat([header, question.subarray(12, end), ...(isKnown ? [record] : [])]), port, address);
  });
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  return { server: `127.0.0.1:${socket.address().port}`, [Symbol.dispose]: () => void socket.close() };
}

test('a name server that knows the name is well, and its answer is compared', async () => {
  using dns = await nameServer('address');
  const entry = { kind: 'dns', host: 'nas.example.org', server: dns.server };
  expect(await look(checkOf(entry))).toMatchObject({ status: 'ok', reason: 'A 192.168.1.7' });
  expect(await look(checkOf({ ...entry, expect: '192.168.1.7' }))).toMatchObject({ status: 'ok' });
  expect(await look(checkOf({ ...entry, expect: ['192.168.1.7', '192.168.1.8'] }))).toMatchObject({
    status: 'fail',
    reason: '192.168.1.8 is not among the answers: 192.168.1.7',
  });
});

test('a name that does not exist fails', async () => {
  using dns = await nameServer('no such name');
  expect(await look(checkOf({ kind: 'dns', host: 'gone.example.org', server: dns.server }))).toMatchObject({
    status: 'fail',
    reason: 'The name gone.example.org does not exist',
  });
});

test('a name server that is silent fails', async () => {
  using dns = await nameServer('silence');
  const found = await look(checkOf({ kind: 'dns', host: 'example.org', server: dns.server, timeout: '2s' }));
  expect(found).toMatchObject({ status: 'fail' });
});

test.each([
  ['example.org', true],
  ['8.8.8.8', true],
  ['[2606:4700::1111]', true],
  ['localhost', false],
  ['nas', false],
  ['nas.local', false],
  ['nas.tail1234.ts.net', false],
  ['printer.home.arpa.', false],
  ['192.168.1.20', false],
  ['100.100.1.2', false],
  ['127.0.0.1', false],
  ['[::1]', false],
  ['fd00::1', false],
])('the way to %s leads over the internet: %s', (host, is) => {
  expect(isOnInternet(host)).toBe(is);
});

test('what lies on the internet waits for the way there', () => {
  const over = (url: string) => checkOf({ kind: 'http', url }).dependsOn;
  expect(over('https://example.org/')).toEqual(['egress']);
  expect(over('http://192.168.1.20/')).toEqual([]);
  expect(checkOf({ kind: 'tcp', host: 'example.org', port: 25, dependsOn: ['disk'] }).dependsOn).toEqual([
    'disk',
    'egress',
  ]);
});
