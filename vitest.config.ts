import { defineConfig } from 'vitest/config';

const projects = {
  unit: { testTimeout: 10_000 },
  services: { testTimeout: 60_000, hookTimeout: 60_000 },
  browser: { testTimeout: 60_000, hookTimeout: 120_000 },
  chaos: { testTimeout: 600_000, hookTimeout: 120_000 },
};

/** A test's lane is its file's ending: `x.test.ts` is unit, `x.services.test.ts` needs a real Redis, and so on. */
export default defineConfig({
  test: {
    projects: Object.entries(projects).map(([name, limits]) => ({
      test: {
        name,
        include: name === 'unit' ? ['test/**/*.test.ts'] : [`test/**/*.${name}.test.ts`],
        exclude: name === 'unit' ? ['test/**/*.{services,browser,chaos}.test.ts'] : [],
        ...limits,
      },
    })),
  },
});
