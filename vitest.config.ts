import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const cores = availableParallelism();

/**
 * What a test, a hook and an `expect.poll` may take at most, and how many files run at once. Vitest would leave one core
 * free; the limits are far beyond what a test takes, for its neighbours and whoever else works on the machine slow it.
 */
const lanes = {
  // A unit test leaves its process as it was, so files share one: to load all modules for each was two fifths of the work.
  unit: { isolate: false, maxWorkers: cores, testTimeout: 20_000, hookTimeout: 20_000, expect: pollingFor(5000) },
  services: { maxWorkers: cores, testTimeout: 60_000, hookTimeout: 60_000, expect: pollingFor(20_000) },
  browser: { maxWorkers: cores, testTimeout: 60_000, hookTimeout: 120_000, expect: pollingFor(20_000) },
  // What is killed here must be back in time: a file for each core, and no more.
  chaos: { maxWorkers: cores, testTimeout: 600_000, hookTimeout: 120_000, expect: pollingFor(20_000) },
};

/** A test's lane is its file's ending: `x.test.ts` is unit, `x.services.test.ts` needs a real Redis, and so on. */
export default defineConfig({
  test: {
    projects: Object.entries(lanes).map(([name, settings], index) => ({
      test: {
        name,
        include: name === 'unit' ? ['test/**/*.test.ts'] : [`test/**/*.${name}.test.ts`],
        exclude: name === 'unit' ? ['test/**/*.{services,browser,chaos}.test.ts'] : [],
        sequence: { groupOrder: index }, // One lane after the other, also where vitest is asked for all of them.
        ...settings,
      },
    })),
  },
});

/** Vitest's own second is too short for a process to start on a busy machine; a poll ends once it is fulfilled. */
function pollingFor(timeout: number): { readonly poll: { readonly timeout: number } } {
  return { poll: { timeout } };
}
