import { expect, test } from 'vitest';
import { openOnce } from '#holding/memory/open-memory.ts';

function counting(fails = 0): { open: () => Promise<AsyncDisposable>; opened: () => number; closed: () => number } {
  let [opened, closed] = [0, 0];
  const memory = { [Symbol.asyncDispose]: async () => void (closed += 1) };
  const open = async (): Promise<AsyncDisposable> => {
    opened += 1;
    if (opened <= fails) throw new Error('the disk is full');
    return memory;
  };
  return { open, opened: () => opened, closed: () => closed };
}

test('whoever asks gets the same memory, opened once and closed at the end', async () => {
  const counted = counting();
  {
    await using once = openOnce(counted.open);
    expect(counted.opened()).toBe(0);
    const [one, other] = await Promise.all([once.open(), once.open()]);
    expect(one).toBe(other);
  }
  expect([counted.opened(), counted.closed()]).toEqual([1, 1]);
});

test('an opening that failed is tried again by the next who asks', async () => {
  const counted = counting(1);
  await using once = openOnce(counted.open);
  await expect(once.open()).rejects.toThrow('the disk is full');
  await expect(once.open()).resolves.toBeDefined();
});

test('a memory that nobody asked for is not opened at the end either', async () => {
  const counted = counting();
  await openOnce(counted.open)[Symbol.asyncDispose]();
  expect(counted.opened()).toBe(0);
});
