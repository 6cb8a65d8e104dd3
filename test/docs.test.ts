import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as checks from '#holding/health/checks/index.ts';
import { knownNames, readEnv } from '#lib/env.ts';
import { root } from '#lib/paths.ts';
import manifest from '../package.json' with { type: 'json' };

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((page) => page !== '');

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Targets of links and pictures that lead to a file of the repository. */
function fileLinks(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^\w+:/.test(target));
}

/** The anchors of a page's headings, as they are made for links. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Names after `npm run`; `job:<name>` stands for any of them. */
function namedScripts(text: string): string[] {
  return [...text.matchAll(/\bnpm run (?!job:<)([a-z][a-z0-9:-]*)/g)].map((match) => match[1] ?? '');
}

/** Scripts that a page tells its reader to add. */
function addedScripts(text: string): string[] {
  return [...text.matchAll(/^"([a-z:-]+)": "sh scripts\/node/gm)].map((match) => match[1] ?? '');
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('links to files, and to headings in them, that there are', () => {
    const dead = fileLinks(text).filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchors(read(file)).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test('names commands that there are', () => {
    const known = new Set([...Object.keys(manifest.scripts), ...addedScripts(text)]);
    expect(namedScripts(text).filter((name) => !known.has(name))).toEqual([]);
  });
});

test('there are pages to look at, with links and commands in them', () => {
  expect(pages).toContain('README.md');
  expect(pages.flatMap((page) => fileLinks(read(page))).length).toBeGreaterThan(20);
  expect(pages.flatMap((page) => namedScripts(read(page))).length).toBeGreaterThan(50);
});

test('the README names every command', () => {
  const readme = read('README.md');
  const missing = Object.keys(manifest.scripts).filter(
    (name) => ![`npm run ${name}`, `npm ${name}`, `\`${name}\``].some((words) => readme.includes(words)),
  );
  expect(missing).toEqual([]);
});

test('docs/health.md names every check', () => {
  const health = read('docs/health.md');
  expect(Object.values(checks).filter(({ id }) => !health.includes(`\`${id}\``))).toEqual([]);
});

describe('.env.example', () => {
  const example = read('.env.example');
  const lines = [...example.matchAll(/^# ([A-Z][A-Z0-9_]*)=(.*)$/gm)];
  const names = lines.map((match) => match[1] ?? '');

  test('has every name that is read, no other one, and none twice', () => {
    expect(names.toSorted()).toEqual([...knownNames].toSorted());
  });

  test('sets nothing as it stands', () => {
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('# '))).toEqual([]);
  });

  test('has values that are taken, with the # away', () => {
    const folder = mkdtempSync(join(tmpdir(), 'omega-env-'));
    try {
      const path = join(folder, '.env');
      const values = lines.filter((match) => match[1]?.endsWith('_FILE') === false);
      writeFileSync(path, values.map(([, name, value]) => `${name}=${value}\n`).join(''));
      expect(readEnv({}, path)).toMatchObject({ edgePort: 8501, timezone: 'Europe/Amsterdam', warnings: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('every name is in the table of the README too', () => {
    const readme = read('README.md');
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
