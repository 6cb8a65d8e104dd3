import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { openLogFile, type LogFileOptions } from '#ops/log-files.ts';
import { temporarySettings } from '../support/ops.ts';

function quietly(folder: string, more: Partial<LogFileOptions> = {}): LogFileOptions {
  return { folder, service: 'web', onTrouble: () => {}, ...more };
}

test('a log is rotated at its size, and only a few older ones are kept', async () => {
  await using settings = await temporarySettings();
  const { logs } = settings.paths;
  const log = openLogFile(quietly(logs, { maxSize: '10K', olderFiles: 2 }));
  const stream = new PassThrough();
  log.keep(stream, 'info');
  for (let line = 0; line < 2000; line += 1) {
    if (!stream.write(`{"msg":"line ${line} of many"}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  await log.close();
  expect(readdirSync(logs).toSorted()).toEqual(['web.1.log', 'web.2.log', 'web.log']);
  expect(Math.max(...readdirSync(logs).map((name) => statSync(join(logs, name)).size))).toBeLessThan(50_000);
  const newest = ['web.1.log', 'web.log'].map((name) => readFileSync(join(logs, name), 'utf8')).join('');
  expect(newest).toContain('line 1999 of many');
});

test('a log is readable by its owner alone', async () => {
  await using settings = await temporarySettings();
  const log = openLogFile(quietly(settings.paths.logs));
  log.write('{"msg":"private"}');
  await log.close();
  expect(statSync(join(settings.paths.logs, 'web.log')).mode & 0o777).toBe(0o600);
});

test('a storm of lines is kept whole, and waits for the disk once at a time', async () => {
  await using settings = await temporarySettings();
  const { logs } = settings.paths;
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const log = openLogFile(quietly(logs));
  const streams = [new PassThrough(), new PassThrough()];
  const text = `{"msg":"${'x'.repeat(90)}"}\n`.repeat(20_000);
  for (const stream of streams) {
    log.keep(stream, 'info');
    stream.end(text);
  }
  await Promise.all(streams.map((stream) => once(stream, 'close')));
  await log.close();
  expect(warnings).toEqual([]);
  expect(statSync(join(logs, 'web.log')).size).toBe(2 * text.length);
});

test('a log that cannot be written is told once, and never stops what it listens to', async () => {
  await using settings = await temporarySettings();
  const { logs } = settings.paths;
  symlinkSync('/dev/full', join(logs, 'web.log'));
  const troubles: string[] = [];
  const told = new Promise<void>((resolve) => {
    const onTrouble = (reason: string): void => {
      troubles.push(reason);
      resolve();
    };
    const log = openLogFile(quietly(logs, { onTrouble }));
    const stream = new PassThrough();
    log.keep(stream, 'info');
    for (let line = 0; line < 1000; line += 1) stream.write(`line ${line}\n`);
  });
  await told;
  expect(troubles).toEqual([expect.stringContaining('web.log cannot be written: ')]);
  rmSync(join(logs, 'web.log'));
  chmodSync(logs, 0o700);
});
