import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createOwnChecks,
  withOwnChecks,
  type OwnChecks,
  type OwnChecksOptions,
} from '#holding/health/own/own-checks.ts';
import { silentLog } from '#lib/log.ts';
import { scripted, temporaryFolder } from '../../support/health.ts';
import { knownOf } from '../../support/own-checks.ts';

interface Bench extends Disposable {
  readonly own: OwnChecks;
  readonly path: string;
  readonly goodPath: string;
  /** Saves the file as an editor does, and answers with the ids in force then. */
  readonly save: (...ids: readonly string[]) => readonly string[];
  readonly ids: () => readonly string[];
  /** As after a restart. */
  readonly again: (change?: Partial<OwnChecksOptions>) => OwnChecks;
}

function bench(): Bench {
  const folder = temporaryFolder();
  const path = join(folder.path, 'checks.yaml');
  const goodPath = join(folder.path, 'good', 'checks.yaml');
  mkdirSync(join(folder.path, 'good'));
  const again = (change: Partial<OwnChecksOptions> = {}): OwnChecks =>
    createOwnChecks({ ...knownOf(), path, goodPath, cwd: tmpdir(), log: silentLog, ...change });
  const own = again();
  const ids = (): readonly string[] => own.current().map(({ id }) => id);
  const save = (...names: readonly string[]): readonly string[] => {
    writeFileSync(`${path}.new`, fileOf(...names));
    renameSync(`${path}.new`, path);
    return ids();
  };
  return { own, path, goodPath, save, ids, again, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

function fileOf(...ids: readonly string[]): string {
  return `checks: [${ids.map((id) => `{ id: ${id}, kind: tcp, host: nas, port: 1 }`).join(', ')}]\n`;
}

const broken = 'checks:\n  - { id: a, kind: tpc }\n';

test('without a file there are no checks and nothing to tell', () => {
  using at = bench();
  expect(at.own.current()).toEqual([]);
  expect(at.own.standing()).toBeNull();
});

test('the log does not speak of checks that stay in force where there are none', () => {
  using at = bench();
  const said: string[] = [];
  const own = at.again({ log: { ...silentLog, warn: (message) => void said.push(message) } });
  writeFileSync(at.path, broken);
  expect(own.current()).toEqual([]);
  expect(said).toEqual([`${at.path} has faults; of the last one without any 0 checks stay in force`]);
});

test('a file that is saved is read again, and only then', () => {
  using at = bench();
  expect(at.save('a', 'b')).toEqual(['a', 'b']);
  const before = at.own.current();
  expect(at.own.current()).toBe(before);
  expect(at.save('a')).toEqual(['a']);
  expect(at.own.current()).not.toBe(before);
  expect(at.own.standing()).toMatchObject({ file: at.path, checks: 1, faults: [] });
});

test('a file with a fault changes nothing but what is told of it, until it is mended', () => {
  using at = bench();
  at.save('a', 'b');
  const before = at.own.current();
  writeFileSync(at.path, broken);
  expect(at.own.current()).toBe(before);
  expect(at.own.standing()).toMatchObject({
    file: at.path,
    checks: 2,
    faults: [expect.stringContaining('line 2, column 20: a: kind must be one of')],
  });
  expect(at.save('c')).toEqual(['c']);
  expect(at.own.standing()?.faults).toEqual([]);
});

test('the last one without a fault stays in force over a restart', () => {
  using at = bench();
  at.save('a', 'b');
  writeFileSync(at.path, broken);
  using after = at.again();
  expect(after.current().map(({ id }) => id)).toEqual(['a', 'b']);
  expect(after.standing()?.faults).toHaveLength(1);
});

test('a file with a fault from the first leaves no checks, and says so', () => {
  using at = bench();
  writeFileSync(at.path, broken);
  expect(at.own.current()).toEqual([]);
  expect(at.own.standing()).toMatchObject({ checks: 0, faults: [expect.any(String)] });
  expect(existsSync(at.goodPath)).toBe(false);
});

test('a file that is gone or emptied is a fault, not the end of its checks', () => {
  using at = bench();
  at.save('a');
  rmSync(at.path);
  expect(at.ids()).toEqual(['a']);
  expect(at.own.standing()?.faults).toEqual([expect.stringContaining('The file is gone')]);
  writeFileSync(at.path, '');
  expect(at.ids()).toEqual(['a']);
  expect(at.own.standing()?.faults).toEqual([expect.stringContaining('The file is empty')]);
  expect(at.save()).toEqual([]);
});

test('what cannot be read is a fault', () => {
  using at = bench();
  at.save('a');
  rmSync(at.path);
  mkdirSync(at.path);
  expect(at.ids()).toEqual(['a']);
  expect(at.own.standing()?.faults).toEqual(['checks.yaml is no file']);
});

test('a file of 10 MB is not even read', () => {
  using at = bench();
  at.save('a');
  writeFileSync(at.path, `checks: []\n#${'x'.repeat(10_485_760)}`);
  expect(at.ids()).toEqual(['a']);
  expect(at.own.standing()?.faults).toEqual(['The file has more than 512 KB']);
});

test('the kept copy is its owner’s alone and holds no value of a variable', () => {
  using at = bench();
  const entry = '{ id: a, kind: http, url: "http://nas/", headers: { X: "${KEY}" } }';
  writeFileSync(at.path, `checks: [${entry}]`);
  using own = at.again({ variable: () => 'hunter2' });
  expect(own.current()).toHaveLength(1);
  expect(statSync(at.goodPath).mode & 0o777).toBe(0o600);
  expect(readFileSync(at.goodPath, 'utf8')).not.toContain('hunter2');
});

test('a kept copy that no longer does leaves none, rather than a wrong one', () => {
  using at = bench();
  at.save('a');
  writeFileSync(at.path, broken);
  using own = at.again({ builtIn: ['a'] });
  expect(own.current()).toEqual([]);
  expect(own.standing()?.faults.length).toBeGreaterThan(0);
});

test('where no copy can be kept the checks are in force all the same', () => {
  using at = bench();
  writeFileSync(at.path, fileOf('a'));
  using own = at.again({ goodPath: '/nonexistent/checks.yaml' });
  expect(own.current()).toHaveLength(1);
});

test('Omega’s own and the owner’s are one list, the same array as long as nothing changed', () => {
  using at = bench();
  const builtIn = [scripted('disk', {})];
  const all = withOwnChecks(builtIn, at.own);
  at.save('a');
  const before = all();
  expect(before.map(({ id }) => id)).toEqual(['disk', 'a']);
  expect(all()).toBe(before);
  at.save('b');
  expect(all().map(({ id }) => id)).toEqual(['disk', 'b']);
});

test('one of the owner’s named zwartehand stands in the place of the built-in one; no other name may be taken', () => {
  using at = bench();
  const builtIn = ['disk', 'zwartehand'].map((id) => scripted(id, {}));
  using own = at.again({ builtIn: ['disk', 'zwartehand'] });
  const all = withOwnChecks(builtIn, own);
  expect(all()).toEqual(builtIn);
  at.save('zwartehand');
  expect(own.standing()?.faults).toEqual([]);
  expect(all().map(({ id }) => id)).toEqual(['disk', 'zwartehand']);
  expect(all()[1]).not.toBe(builtIn[1]);
  at.save('disk');
  expect(own.standing()?.faults).toHaveLength(1);
});
