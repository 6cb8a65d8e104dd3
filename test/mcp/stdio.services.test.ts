import { expect, test } from 'vitest';
import { callText, connectBad, faultOf, megabyte } from '../support/mcp/bad.ts';

test('a 50 MB answer fails its own call, at once and in little memory, and the connection goes on', async () => {
  const connection = await connectBad();
  await callText(connection, 'echo');
  const peak = watchMemory();
  const start = performance.now();
  const [fault, other] = await Promise.all([
    faultOf(callText(connection, 'big')),
    callText(connection, 'echo', { args: { say: 'still here' } }),
  ]);
  const [ms, megabytes] = [performance.now() - start, peak() / megabyte];
  process.stdout.write(`50 MB contained in ${Math.round(ms)} ms with ${megabytes.toFixed(1)} MB more of memory\n`);
  expect([fault, other]).toEqual(['too-large replied', 'still here']);
  expect(await callText(connection, 'echo', { args: { say: 'again' } })).toBe('again');
  expect(ms).toBeLessThan(5000); // A buffer that is searched anew at each chunk takes half a minute.
  expect(megabytes).toBeLessThan(20);
});

function watchMemory(): () => number {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  return () => {
    clearInterval(timer);
    return most - before;
  };
}

test('an id that stands after a large payload is found, and not one within it', async () => {
  const connection = await connectBad();
  const [fault, other] = await Promise.all([
    faultOf(callText(connection, 'big-id-last')),
    callText(connection, 'echo', { args: { say: 'untouched' } }),
  ]);
  expect([fault, other]).toEqual(['too-large replied', 'untouched']);
});

test('an answer that is too large and says not whose it is fails every call in flight as unknown', async () => {
  const connection = await connectBad();
  const faults = await Promise.all(
    ['silence', 'silence', 'big-without-id'].map((tool) => faultOf(callText(connection, tool))),
  );
  expect(faults).toEqual(['too-large unknown', 'too-large unknown', 'too-large unknown']);
  expect(await callText(connection, 'echo', { args: { say: 'on' } })).toBe('on');
});

test('a notification that is too large fails nothing', async () => {
  const connection = await connectBad();
  expect(await callText(connection, 'big-notification')).toBe('done');
});

test.for(['deep', 'many'])('an answer that is too %s is refused before anything walks it', async (tool) => {
  const connection = await connectBad();
  expect(await faultOf(callText(connection, tool))).toBe('too-large replied');
  expect(await callText(connection, 'echo', { args: { say: 'on' } })).toBe('on');
});

test('what is no JSON-RPC on standard output is passed over', async () => {
  const connection = await connectBad(['greets']);
  expect(await callText(connection, 'noise')).toBe('after the noise');
});

test('forty calls at once each get their own answer', async () => {
  const connection = await connectBad();
  const calls = Array.from({ length: 40 }, (_, index) => {
    const args = { say: `call ${index}`, afterMs: (index * 7) % 40 };
    if (index % 8 === 3) return faultOf(callText(connection, 'refuse', { args }));
    if (index % 8 === 5) return faultOf(callText(connection, 'big', { args: { bytes: 2 * megabyte } }));
    return callText(connection, 'echo', { args });
  });
  const expected = Array.from({ length: 40 }, (_, index) => {
    if (index % 8 === 3) return 'tool-error replied';
    return index % 8 === 5 ? 'too-large replied' : `call ${index}`;
  });
  expect(await Promise.all(calls)).toEqual(expected);
});

test('standard output that ends while the process lives is noticed at once', async () => {
  const connection = await connectBad(['ignores-eof']);
  const start = performance.now();
  const fault = await faultOf(callText(connection, 'close-stdout'));
  expect(fault).toBe('lost unknown');
  expect(await connection.closed).toBe('its standard output ended');
  expect(performance.now() - start).toBeLessThan(500);
});

test('a process that dies in a call loses it, and says how it died', async () => {
  const connection = await connectBad();
  const error = await callText(connection, 'die').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'lost', delivery: 'unknown', message: expect.stringContaining('exit code 9') });
  expect(await connection.closed).toBe('exit code 9');
  expect(await faultOf(callText(connection, 'echo'))).toBe('lost not-sent');
});

test('what a process wrote before it ended still counts', async () => {
  const connection = await connectBad();
  expect(await callText(connection, 'answer-and-die')).toBe('last');
});

test('what stands behind a full pipe when the process dies was not sent', async () => {
  const connection = await connectBad();
  const stuck = faultOf(callText(connection, 'busy-loop'));
  const large = { say: 'x'.repeat(megabyte) };
  const [first, second] = [
    faultOf(callText(connection, 'echo', { args: large })),
    faultOf(callText(connection, 'echo', { args: large })),
  ];
  await new Promise((resolve) => setImmediate(resolve));
  process.kill(connection.pid ?? 0, 'SIGKILL');
  expect(await Promise.all([stuck, first, second])).toEqual(['lost unknown', 'lost unknown', 'lost not-sent']);
});

test('a call that times out behind a full pipe was not sent, and never is', async () => {
  const connection = await connectBad();
  void callText(connection, 'busy-loop').catch(() => {});
  const large = faultOf(callText(connection, 'echo', { args: { say: 'x'.repeat(megabyte) }, timeoutMs: 300 }));
  const behind = faultOf(callText(connection, 'echo', { timeoutMs: 300 }));
  expect(await Promise.all([large, behind])).toEqual(['timeout unknown', 'timeout not-sent']);
});

test('a busy loop answers no ping', async () => {
  const connection = await connectBad();
  expect(await connection.ping(new AbortController().signal, 2000)).toBeLessThan(1000);
  void callText(connection, 'busy-loop').catch(() => {});
  const pings = (): Promise<string> =>
    faultOf(connection.ping(new AbortController().signal, 200)).catch(() => 'answered');
  await expect.poll(pings).toBe('timeout unknown');
});

test('a server that asks and asks, and reads no answer, is let go of before it fills the memory', async () => {
  const connection = await connectBad();
  expect(await faultOf(callText(connection, 'ask-and-read-nothing'))).toBe('lost unknown');
  expect(await connection.closed).toBe('it says more and more, and reads no answer');
});
