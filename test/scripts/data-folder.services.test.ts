import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '#lib/paths.ts';
import { runProgram, temporaryFolder } from '../support/outsider.ts';

const places = ['/proc/nope', '/dev/null/x', 'file/data'];
const commands = ['start.ts', 'start.ts --once', 'start.ts --detach', 'job.ts canary --inline', 'edge.ts'];
const cases = commands.flatMap((line) => places.map((place) => ({ line, place })));

test.concurrent.for(cases)(
  '$line ends with 2 and one error where the data folder is $place',
  async ({ line, place }) => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'file'), '');
    const data = place.startsWith('/') ? place : join(folder.path, place);
    const [script = '', ...args] = line.split(' ');
    const { exitCode, stderr } = await runProgram(process.execPath, [join(root, 'scripts', script), ...args], {
      env: { OMEGA_DATA_DIR: data },
    });
    expect(stderr).toMatch(/^✗ The data folder .* cannot be used: .*\n {2}→ Give it to this user .*\n$/);
    expect(stderr).toContain(data);
    expect(exitCode).toBe(2);
  },
);
