import { expect, test } from 'vitest';
import jobs from '../../bench/jobs.ts';
import ticks from '../../bench/ticks.ts';

const options = { seconds: 20, tell: () => {}, signal: new AbortController().signal };

test('no tick is lost or run twice while schedulers, workers and Redis are killed', async () => {
  const figures = await ticks.run(options);
  expect(figures['kills']).toBeGreaterThan(5);
  expect(figures['due']).toBeGreaterThan(15);
  expect(figures).toMatchObject({ lost: 0, doubled: 0, ran: figures['due'] });
});

test('no job is lost and no effect doubled while workers with jobs in their hands are killed, and each job goes on within two seconds', async () => {
  const figures = await jobs.run(options);
  expect(figures['kills']).toBeGreaterThan(10);
  expect(figures['interrupted']).toBeGreaterThan(10);
  expect(figures).toMatchObject({ lost: 0, doubledEffects: 0 });
  expect(figures['resumeP95Ms']).toBeLessThanOrEqual(2000);
});
