import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sealAside } from '#holding/report/seal-thread.ts';
import { openAs, report } from './envelope/sample.ts';

const patient = { timeout: 60_000 };
const signal = AbortSignal.timeout(60_000);

describe('sealing aside', () => {
  test.each([20, 3_000_000])('gives a report of %i bytes that opens', patient, async (size) => {
    const body = randomBytes(size);
    const sealed = await sealAside(report(body, 2), signal);
    const opened = await openAs(1, sealed.bytes);
    expect(body.equals(opened.body)).toBe(true);
    expect([opened.receipt, opened.sha512]).toEqual([sealed.receipt, sealed.sha512]);
  });

  test('leaves the event loop to others while a large report is sealed', patient, async () => {
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 5);
    await sealAside(report(randomBytes(10_000_000)), signal);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(5);
  });

  test('gives the code of what is refused in the thread as well', patient, async () => {
    const toSeal = { ...report(randomBytes(1_000_000)), recipients: [new Uint8Array(32)] };
    await expect(sealAside(toSeal, signal)).rejects.toMatchObject({ code: 'E_KEY_LOW_ORDER' });
  });

  test('ends when it is told to', patient, async () => {
    const stop = new AbortController();
    const sealing = sealAside(report(randomBytes(10_000_000)), stop.signal);
    stop.abort();
    await expect(sealing).rejects.toMatchObject({ name: 'AbortError' });
  });
});
