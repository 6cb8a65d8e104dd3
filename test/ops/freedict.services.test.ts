import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDictd } from '#holding/memory/words/dictd.ts';
import { root } from '#lib/paths.ts';
import { findFreedict, isComplete, removeFreedict, unpackFreedict } from '#ops/freedict.ts';
import { firstOnPath } from '#ops/redis-binary.ts';
import { runProgram, temporaryFolder } from '../support/outsider.ts';

const hasApt = (await firstOnPath(['apt-get'])) !== null;
const isInstalled = isComplete(findFreedict({ root: '/nonexistent' }));

test.skipIf(!hasApt)('both dictionaries are unpacked privately, can be read, and nothing else is left', async () => {
  using folder = temporaryFolder();
  const steps: string[] = [];
  const options = {
    tell: (step: string) => void steps.push(step),
    signal: AbortSignal.timeout(50_000),
    root: folder.path,
  };
  expect(await unpackFreedict(options)).toBeNull();
  expect(steps).toEqual(['Dutch and English dictionaries, private in .runtime/freedict']);
  expect(readdirSync(join(folder.path, '.runtime'))).toEqual(['freedict']);

  const { dutchEnglish, englishDutch } = findFreedict({ root: folder.path });
  const dutch = new Map(readDictd(dutchEnglish ?? ''));
  const english = new Map(readDictd(englishDutch ?? ''));
  expect([dutch.size > 10_000, english.size > 5000]).toEqual([true, true]);
  expect(dutch.get('zomer')).toContain('summer');
  expect(english.get('summer')).toContain('zomer');
});

test.skipIf(!hasApt)('two starts at once end with one whole copy', async () => {
  using folder = temporaryFolder();
  const script = `
    const { unpackFreedict } = await import(${JSON.stringify(join(root, 'ops', 'freedict.ts'))});
    const signal = AbortSignal.timeout(50_000);
    console.log(JSON.stringify(await unpackFreedict({ tell: () => {}, signal, root: ${JSON.stringify(folder.path)} })));`;
  const start = (): ReturnType<typeof runProgram> =>
    runProgram(process.execPath, ['--input-type=module', '-e', script]);
  const ended = await Promise.all([start(), start()]);
  expect(ended.map(({ stdout }) => stdout.trim())).toEqual(['null', 'null']);
  expect(isComplete(findFreedict({ root: folder.path }))).toBe(true);
  expect(readdirSync(join(folder.path, '.runtime'))).toEqual(['freedict']);
});

test('where there is no apt, it says so and leaves nothing', async () => {
  using folder = temporaryFolder();
  const bin = join(folder.path, 'bin');
  mkdirSync(bin);
  for (const tool of ['sh', 'env']) symlinkSync((await firstOnPath([tool])) ?? '', join(bin, tool));
  const script = `
    const { unpackFreedict } = await import(${JSON.stringify(join(root, 'ops', 'freedict.ts'))});
    const options = { tell: () => {}, signal: AbortSignal.timeout(10_000), root: ${JSON.stringify(folder.path)} };
    console.log(await unpackFreedict(options));`;
  const { stdout } = await runProgram(process.execPath, ['--input-type=module', '-e', script], { env: { PATH: bin } });
  expect(stdout.trim()).toBe('this system has no apt');
  expect(readdirSync(folder.path)).toEqual(['bin']);
});

test.skipIf(isInstalled)('what was unpacked privately can be removed, and half of it is not both', async () => {
  using folder = temporaryFolder();
  const own = join(folder.path, '.runtime', 'freedict', 'usr', 'share', 'dictd');
  mkdirSync(own, { recursive: true });
  for (const name of ['freedict-nld-eng.index', 'freedict-nld-eng.dict.dz', 'freedict-eng-nld.index'])
    symlinkSync('/dev/null', join(own, name));
  const found = findFreedict({ root: folder.path });
  expect(found).toEqual({ dutchEnglish: join(own, 'freedict-nld-eng'), englishDutch: null });
  expect(isComplete(found)).toBe(false);
  await removeFreedict({ root: folder.path });
  expect(findFreedict({ root: folder.path })).toEqual({ dutchEnglish: null, englishDutch: null });
});

test('whoever ends a start is not told of dictionaries', async () => {
  using folder = temporaryFolder();
  const options = { tell: () => {}, signal: AbortSignal.abort(new Error('enough')), root: folder.path };
  if (hasApt) await expect(unpackFreedict(options)).rejects.toThrow('enough');
  else expect(await unpackFreedict(options)).toBe('this system has no apt');
});
