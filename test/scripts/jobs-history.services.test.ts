import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHealthStore } from '#holding/health/store/store.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths, root } from '#lib/paths.ts';
import { runProgram, temporaryFolder } from '../support/outsider.ts';

test('what a job failed with does not steer the terminal', async () => {
  using folder = temporaryFolder();
  const { healthDb } = dataPaths({ dataDir: folder.path });
  {
    using store = openHealthStore(healthDb, { now: Date.now(), log: silentLog });
    const times = { scheduledAt: Date.now(), startedAt: Date.now() };
    store.runs.started({ id: 'a', jobId: 'a', job: 'canary', queue: 'canary', reason: 'tick', attempt: 1, ...times });
    store.runs.ended('a', { endedAt: Date.now(), outcome: 'failed', error: 'a\u001B[2Jb\u202Ec', result: null });
  }
  const { stdout } = await runProgram(process.execPath, [join(root, 'scripts', 'jobs.ts'), 'history'], {
    env: { OMEGA_DATA_DIR: folder.path },
  });
  expect(stdout).toContain('a[2Jbc');
});
