import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileAtomic } from '#lib/atomic-file.ts';
import type { Clock } from '#lib/clock.ts';
import type { Language } from '#lib/language.ts';
import type { Alert } from '../store/alerts.ts';
import { kept } from '../store/retention.ts';
import { momentsIn } from '../views/wording.ts';
import type { Channel } from './deliver.ts';

/** Where files go and how times are written in them. */
export interface FileChannelOptions {
  readonly folder: string;
  readonly timezone: string;
  readonly language: Language;
  readonly clock: Clock;
}

/** A half file this old is of a process that died. */
const deadMs = 60 * 60_000;

/**
 * Tells by files: one an alert, plain text, named by its time and number. A name is taken once, so that an alert that
 * comes again is not told again. Each goes when the records of it do.
 */
export function createFileChannel({ folder, timezone, language, clock }: FileChannelOptions): Channel {
  const moment = momentsIn(timezone, language);
  return {
    name: 'file',
    where: { en: 'in the export folder', nl: 'in de exportmap' },
    async deliver(alerts, signal) {
      signal.throwIfAborted();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await removeOld(folder, clock.now());
      for (const alert of alerts) {
        signal.throwIfAborted();
        const { title, body, at } = alert;
        const text = [title, ...(body === '' ? [] : ['', body]), '', moment(at).text, ''].join('\n');
        await createFileAtomic(join(folder, nameOf(alert)), text);
      }
    },
  };
}

/** `2026-03-03T12-00-05-000Z-17.txt`. */
function nameOf({ at, id }: Pick<Alert, 'at' | 'id'>): string {
  return `${new Date(at).toISOString().replaceAll(/[:.]/g, '-')}-${id}.txt`;
}

const alertName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-\d+\.txt$/;

/** What was told long ago, and halves; nothing that the owner put there. */
async function removeOld(folder: string, now: number): Promise<void> {
  const oldest = nameOf({ at: now - kept.flipsMs, id: 0 });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const isOver = name.endsWith('.tmp') ? await isDead(path, now) : alertName.test(name) && name < oldest;
    if (isOver) await rm(path, { force: true });
  }
}

async function isDead(path: string, now: number): Promise<boolean> {
  const { mtimeMs } = await stat(path);
  return now - mtimeMs > deadMs;
}
