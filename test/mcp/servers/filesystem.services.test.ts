import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Hub } from '#mcp/hub.ts';
import { ask, describeServer, hubOver, statusOf } from '../../contract/server.ts';

/** A unit as set-up makes it. */
function unitIn(data: string): { readonly unit: string; readonly mandate: string; readonly reports: string } {
  const unit = join(data, 'units', 'marketing');
  mkdirSync(join(unit, 'documents'), { recursive: true });
  mkdirSync(join(unit, 'reports'));
  writeFileSync(join(unit, 'documents', 'note.md'), 'Heat pumps are rising.');
  writeFileSync(join(unit, 'mandate.md'), 'the mandate');
  return { unit, mandate: join(unit, 'mandate.md'), reports: join(unit, 'reports') };
}

describeServer({
  name: 'filesystem',
  surroundings: async (data) => {
    unitIn(data);
    return { variables: {}, [Symbol.asyncDispose]: async () => {} };
  },
  call: {
    tool: 'read_text_file',
    args: (data) => ({ path: join(data, 'units', 'marketing', 'documents', 'note.md') }),
    says: 'Heat pumps are rising.',
  },
  forbidden: 'move_file',
});

/** Even with a mandate that allows all, node and the server themselves hold it to its folders. */
describe('the filesystem server', () => {
  async function place(): Promise<ReturnType<typeof unitIn> & { readonly data: string; readonly hub: Hub }> {
    const data = mkdtempSync(join(tmpdir(), 'omega-files-'));
    const made = unitIn(data);
    const hub = await hubOver(data, {});
    onTestFinished(async () => {
      await hub[Symbol.asyncDispose]();
      rmSync(data, { recursive: true });
    });
    return { ...made, data, hub };
  }

  test('writes a report, and reads it back', async () => {
    const { hub, reports } = await place();
    const path = join(reports, '2026', 'trend.md');
    await ask(hub, 'filesystem.create_directory', { path: join(reports, '2026') });
    await ask(hub, 'filesystem.write_file', { path, content: '# Trends\n' });
    expect(readFileSync(path, 'utf8')).toBe('# Trends\n');
    expect((await ask(hub, 'filesystem.read_text_file', { path })).text).toBe('# Trends\n');
  });

  test('can write neither the mandate nor a document', async () => {
    const { hub, unit, mandate } = await place();
    for (const path of [mandate, join(unit, 'documents', 'note.md'), join(unit, 'documents', 'new.md')]) {
      const writing = ask(hub, 'filesystem.write_file', { path, content: 'allow: everything' });
      await expect(writing).rejects.toMatchObject({ kind: 'tool-error' });
    }
    expect(readFileSync(mandate, 'utf8')).toBe('the mandate');
  });

  test('does not write the mandate through a link in the reports folder', async () => {
    const { hub, mandate, reports } = await place();
    symlinkSync(mandate, join(reports, 'trend.md'));
    const writing = ask(hub, 'filesystem.write_file', {
      path: join(reports, 'trend.md'),
      content: 'allow: everything',
    });
    await expect(writing).rejects.toMatchObject({ kind: 'tool-error' });
    expect(readFileSync(mandate, 'utf8')).toBe('the mandate');
  });

  test('reads nothing outside its folders, by name or by link', async () => {
    const { hub, data, unit } = await place();
    writeFileSync(join(data, 'secret'), 'a secret');
    symlinkSync(join(data, 'secret'), join(unit, 'documents', 'link.md'));
    for (const path of [join(data, 'secret'), join(unit, 'documents', 'link.md'), '/etc/hostname']) {
      const reading = ask(hub, 'filesystem.read_text_file', { path });
      await expect(reading).rejects.toMatchObject({
        kind: 'tool-error',
        message: expect.not.stringContaining('a secret'),
      });
    }
  });

  test('a file that is too large fails alone, and the server lives on', async () => {
    const { hub, unit } = await place();
    writeFileSync(join(unit, 'documents', 'large.txt'), 'x'.repeat(20_000_000));
    const reading = ask(hub, 'filesystem.read_text_file', { path: join(unit, 'documents', 'large.txt') });
    await expect(reading).rejects.toMatchObject({ kind: 'too-large' });
    const { pid } = statusOf(hub, 'filesystem');
    await ask(hub, 'filesystem.read_text_file', { path: join(unit, 'documents', 'note.md') });
    expect(statusOf(hub, 'filesystem').pid).toBe(pid);
  });
});
