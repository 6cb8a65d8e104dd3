import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as benches from '../bench/index.ts';
import * as checks from '#holding/health/checks/index.ts';
import * as jobs from '#jobs/index.ts';
import * as services from '#ops/services/index.ts';
import { root } from '#lib/paths.ts';
import { queueConcurrency } from '#queue/job.ts';
import manifest from '../package.json' with { type: 'json' };

/** Which room may import which: the rule of docs/decisions/0001. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  queue: ['lib'],
  mcp: ['lib'],
  ops: ['lib'],
  holding: ['lib', 'mcp'],
  jobs: ['queue', 'holding', 'mcp', 'lib'],
  site: ['holding', 'lib'],
};
const rooms = new Set([...Object.keys(mayImport), 'scripts', 'bench', 'test']);
/** The packages that belong to one room alone. */
const ownPackages: Readonly<Record<string, string>> = {
  bullmq: 'queue',
  ioredis: 'queue',
  'node-cron': 'queue',
  astro: 'site',
  '@modelcontextprotocol/client': 'mcp',
  '@modelcontextprotocol/sdk': 'mcp',
  'proxy-chain': 'mcp',
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly isType: boolean;
}

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.astro'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  // Git lists a file that was taken away until it is told.
  .filter((file) => file !== '' && existsSync(join(root, file)));
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const room = file.split('/')[0] ?? '';
  return [...text.matchAll(/^(?:import|export)\s(type\s)?[^;'"]*?from\s'([^']+)'|import\('([^']+)'\)/gm)].map(
    (match) => ({
      file,
      room,
      target: match[2] ?? match[3] ?? '',
      isType: match[1] !== undefined,
    }),
  );
}

/** The room that an import leads to; null: a package. */
function roomOf({ file, target }: Import): string | null {
  if (target.startsWith('#')) return target.slice(1).split('/')[0] ?? null;
  if (!target.startsWith('.') || target.endsWith('/package.json')) return null; // The version is everybody's to know.
  return join(file, '..', target).split('/')[0] ?? null;
}

/** What stands in these folders and is no entry of their index: the index itself, and parts of entries. */
const noEntries = new Set(
  ['index', 'omega', 'bench', 'crew', 'field', 'history', 'stack', 'detection', 'target'].map((name) => `${name}.ts`),
);

function sources(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts') && !noEntries.has(name))
    .map((name) => basename(name, '.ts'));
}

/** The files that an index names. */
function indexed(folder: string): string[] {
  return [...readFileSync(join(root, folder, 'index.ts'), 'utf8').matchAll(/from '\.\/([\w-]+)\.ts'/g)].map(
    (match) => match[1] ?? '',
  );
}

describe('the house', () => {
  test('has files to look at, and imports in them', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(200);
  });

  test('has no other rooms than these', () => {
    const strangers = files.filter((file) => file.includes('/') && !rooms.has(file.split('/')[0] ?? ''));
    expect(strangers).toEqual([]);
  });

  test.each(Object.entries(mayImport))('%s imports only what it may: %j', (room, allowed) => {
    const wrong = imports
      .filter((one) => one.room === room)
      .filter((one) => ![...allowed, room, null].includes(roomOf(one)));
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  test('the site knows of the company only the views that it draws, by their types, and how its reader opens reports', () => {
    const wrong = imports.filter(
      (one) =>
        one.room === 'site' &&
        roomOf(one) === 'holding' &&
        !(one.isType && one.target === '#holding/health/views.ts') &&
        // The reader opens envelopes on the owner's device, by the very code that seals them.
        !(one.file.startsWith('site/reader/') && /^#holding\/report\/envelope(?:\.ts|\/)/.test(one.target)),
    );
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  test.each(Object.entries(ownPackages))('%s is imported in %s alone', (name, room) => {
    const wrong = imports.filter(
      (one) =>
        (one.target === name || one.target.startsWith(`${name}/`)) && ![room, 'test', 'bench'].includes(one.room),
    );
    // The place of construction may name the type of a connection that it hands on.
    expect(wrong.filter((one) => !(one.room === 'scripts' && one.isType)).map(({ file }) => file)).toEqual([]);
  });

  test('the environment is read in lib/env.ts alone', () => {
    const allowed = ['lib/env.ts', 'test/', 'bench/'];
    const wrong = files.filter(
      (file) =>
        !allowed.some((place) => file.startsWith(place)) &&
        /process\.env\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    // The supervisor and set-up hand their own environment on to the processes that they start.
    expect(wrong.filter((file) => !handsEnvironmentOn(file))).toEqual([]);
  });

  test('packages of its own are only at the root', () => {
    const nested = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*/package.json'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(nested.trim()).toBe('');
  });
});

/** Spreading the environment into a child's is not reading it. */
function handsEnvironmentOn(file: string): boolean {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/process\.env\b.?/g)].every((match) => /process\.env[,\s})]/.test(match[0]));
}

describe('no line is forgotten', () => {
  test.each(['jobs', 'mcp/servers', 'holding/health/checks', 'ops/services', 'bench'])(
    '%s: every file stands in its index',
    (folder) => {
      expect(indexed(folder).toSorted()).toEqual(sources(folder).toSorted());
    },
  );

  test('each job bears the name of its file, has its npm script, and its schedule beside it in the index', () => {
    const index = readFileSync(join(root, 'jobs/index.ts'), 'utf8');
    for (const job of Object.values(jobs)) {
      expect(manifest.scripts).toHaveProperty(`job:${job.name}`, `sh scripts/node scripts/job.ts ${job.name}`);
      const schedule =
        job.schedule === null
          ? 'when asked for'
          : `${job.schedule.cron} ${'timezone' in job.schedule ? job.schedule.timezone : 'UTC'}`;
      expect(index).toContain(`from './${job.name}.ts'; // ${schedule}\n`);
    }
    const scripts = Object.keys(manifest.scripts).filter((name) => name.startsWith('job:'));
    expect(scripts.toSorted()).toEqual(
      Object.values(jobs)
        .map((job) => `job:${job.name}`)
        .toSorted(),
    );
  });

  test('names are unique, and each job waits in a queue that there is', () => {
    for (const catalogue of [jobs, services, benches])
      expect(new Set(Object.values(catalogue).map((one) => one.name)).size).toBe(Object.keys(catalogue).length);
    expect(new Set(Object.values(checks).map((check) => check.id)).size).toBe(Object.keys(checks).length);
    expect(Object.keys(queueConcurrency)).toEqual(
      expect.arrayContaining(Object.values(jobs).map((job) => job.policy.queue)),
    );
  });

  test('each npm script names a file that there is', () => {
    const missing = Object.values(manifest.scripts).flatMap((script) =>
      script
        .split(' ')
        .filter((word) => word.startsWith('scripts/') && !files.includes(word) && word !== 'scripts/node'),
    );
    expect(missing).toEqual([]);
  });
});
