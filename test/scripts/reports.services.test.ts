import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeKeyPair, publicKeyText, secretKeyText } from '#holding/report/envelope.ts';
import { root } from '#lib/paths.ts';
import { runProgram, temporaryFolder, type Ended } from '../support/outsider.ts';
import { openPostRoom, signal, type PostRoom } from '../support/outbox.ts';

/** Runs `npm run reports` in a data folder. */
function reports(dataDir: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const script = join(root, 'scripts', 'reports.ts');
  return runProgram(process.execPath, [script, ...args], { env: { OMEGA_DATA_DIR: dataDir, ...env } });
}

function folderOf(): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

/** An outbox with two sealed reports, and the owner's key in a file. */
async function roomWithTwo(): Promise<{ room: PostRoom; data: string; keyFile: string }> {
  const keys = makeKeyPair();
  const room = openPostRoom({ keys: { recipients: [keys.publicKey], fault: null } });
  onTestFinished(() => room[Symbol.dispose]());
  room.due.push('digest/2026-03-02', 'digest/2026-03-03');
  await room.outbox.sealDue(signal);
  await room.outbox.deliver(signal);
  const keyFile = join(folderOf(), 'key');
  await writeFile(keyFile, secretKeyText(keys.secretKey));
  return { room, data: room.paths.data, keyFile };
}

test('a key is made where nothing is sealed: the secret half into a file for its owner alone, and never shown', async () => {
  const folder = folderOf();
  const file = join(folder, 'secret');
  const made = await reports(join(folder, 'data'), ['keys', 'make', '--out', file]);
  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^omega-rpk1-[\w-]{48}$/m) });
  const secret = (await readFile(file, 'utf8')).trim();
  expect(secret).toMatch(/^omega-rsk1-[\w-]{48}$/);
  expect(made.stdout + made.stderr).not.toContain(secret);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await reports(join(folder, 'data'), ['keys', 'make', '--out', file])).toMatchObject({ exitCode: 2 });
  expect((await readFile(file, 'utf8')).trim()).toBe(secret);
});

test('where Omega runs no key is made, unless that is wanted', async () => {
  const { data } = await roomWithTwo();
  const out = join(folderOf(), 'secret');
  const refused = await reports(data, ['keys', 'make', '--out', out]);
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--here') });
  expect(await reports(data, ['keys', 'make', '--out', out, '--here'])).toMatchObject({ exitCode: 0 });
});

test('what was sealed is listed, exported, and opened by its key on another machine', async () => {
  const { data, keyFile } = await roomWithTwo();
  const listed = await reports(data, ['list', '--sealed', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ seq: 2 }, { seq: 1, kind: 'digest' }]);
  const folder = folderOf();
  await reports(data, ['export', 'all', '--out', folder]);
  const page = join(folder, 'one.html');
  const args = ['open', join(folder, '0001.orp'), '--key', keyFile, '--out', page];
  const opened = await reports(join(folder, 'no-data'), args);
  expect(opened).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\/ack 1 [A-Z2-7]{8}/) });
  expect(await readFile(page, 'utf8')).toContain('canary text');
});

test('another key opens nothing, and the code is told in words', async () => {
  const { data } = await roomWithTwo();
  const folder = folderOf();
  await reports(data, ['export', '2', '--out', folder]);
  const other = join(folder, 'other');
  await writeFile(other, secretKeyText(makeKeyPair().secretKey));
  const opened = await reports(data, ['open', join(folder, '0002.orp'), '--key', other]);
  expect(opened).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('E_NOT_FOR_ME') });
});

test('an outbox in which a byte was changed is told by the number of the report', async () => {
  const { room, data } = await roomWithTwo();
  expect(await reports(data, ['verify'])).toMatchObject({ exitCode: 0 });
  const path = join(room.paths.outbox, room.outbox.find(2)?.file ?? '');
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  await writeFile(path, bytes);
  expect(await reports(data, ['verify'])).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/report 2: /) });
});

test('what was never opened is a gap until it is acknowledged', async () => {
  const { room, data, keyFile } = await roomWithTwo();
  const before = await reports(data, ['gaps', '--json']);
  expect([before.exitCode, JSON.parse(before.stdout)]).toMatchObject([1, [{ seq: 1 }, { seq: 2 }]]);
  const folder = folderOf();
  await reports(data, ['export', 'all', '--out', folder]);
  for (const seq of [1, 2]) {
    const file = join(folder, `000${seq}.orp`);
    const args = ['open', file, '--key', keyFile, '--out', join(folder, `${seq}.html`), '--json'];
    const { receipt } = JSON.parse((await reports(data, args)).stdout) as { receipt: string };
    expect(room.outbox.acknowledge({ seq, code: receipt })).toBe('acknowledged');
  }
  expect(await reports(data, ['gaps'])).toMatchObject({ exitCode: 0 });
});

test('any file is sealed by hand for a key, outside of the ledger', async () => {
  const folder = folderOf();
  await mkdir(join(folder, 'data'));
  const keys = makeKeyPair();
  const note = join(folder, 'note.txt');
  await writeFile(note, 'a note');
  await writeFile(join(folder, 'key'), secretKeyText(keys.secretKey));
  const to = publicKeyText(keys.publicKey);
  const sealed = await reports(join(folder, 'data'), ['seal', note, '--to', to, '--out', `${note}.orp`, '--json']);
  const { sender } = JSON.parse(sealed.stdout) as { sender: string };
  const out = join(folder, 'back.txt');
  const args = ['open', `${note}.orp`, '--key', join(folder, 'key'), '--sender', sender, '--out', out];
  expect(await reports(join(folder, 'data'), args)).toMatchObject({ exitCode: 0 });
  expect(await readFile(out, 'utf8')).toBe('a note');
});

test('a start with a secret key among the public ones is refused, and the key is shown nowhere', async () => {
  const secret = secretKeyText(makeKeyPair().secretKey);
  const env = { OMEGA_DATA_DIR: join(folderOf(), 'data'), OMEGA_REPORT_ENCRYPTION_KEY: secret };
  const started = await runProgram(process.execPath, [join(root, 'scripts', 'start.ts')], { env });
  expect(started).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('E_KEY_IS_SECRET') });
  expect(started.stdout + started.stderr).not.toContain(secret);
});

test('commands that are none, and reports that are none, are told so', async () => {
  const data = join(folderOf(), 'data');
  expect(await reports(data, ['burn'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('burn') });
  expect(await reports(data, ['export', '7'])).toMatchObject({ exitCode: 2 });
  expect(await reports(data, ['list', '--sealed'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('No report was sealed yet'),
  });
});

test('a secret key that is typed as part of a command is refused, and said back by none', async () => {
  const secret = secretKeyText(makeKeyPair().secretKey);
  const data = join(folderOf(), 'data');
  const uses = [
    ['open', 'a.orp', '--key', secret],
    ['open', secret, '--key', 'b'],
    ['seal', 'a', '--to', secret],
    [secret],
  ];
  const ended = await Promise.all(uses.map((args) => reports(data, args)));
  for (const { exitCode, stdout, stderr } of ended) {
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('E_KEY_IS_SECRET') });
    expect(stdout + stderr).not.toContain(secret.slice(12));
  }
});

test('a lost file is told among the gaps, and the others are exported all the same', async () => {
  const { room, data } = await roomWithTwo();
  await rm(join(room.paths.outbox, room.outbox.find(1)?.file ?? ''));
  const { stdout } = await reports(data, ['gaps', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([
    { seq: 1, fileFault: expect.stringContaining('not in the outbox') },
    { seq: 2, fileFault: null },
  ]);
  const folder = folderOf();
  const exported = await reports(data, ['export', 'all', '--out', folder]);
  expect(exported).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Report 1') });
  expect(exported.stdout).toBe(`${join(folder, '0002.orp')}\n`);
});

test('an export over a file that is something else is no success, and over its own it is one', async () => {
  const { data } = await roomWithTwo();
  const folder = folderOf();
  await writeFile(join(folder, '0001.orp'), 'something else');
  const first = await reports(data, ['export', 'all', '--out', folder]);
  expect(first).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('0001.orp is something else') });
  expect(await readFile(join(folder, '0001.orp'), 'utf8')).toBe('something else');
  expect(await reports(data, ['export', '2', '--out', folder])).toMatchObject({ exitCode: 0 });
});

test('an export of nothing in particular asks which', async () => {
  const { data } = await roomWithTwo();
  expect(await reports(data, ['export'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Which') });
});

test('a new signing key is not made without a terminal or a yes', async () => {
  const data = join(folderOf(), 'data');
  const rotated = await reports(data, ['keys', 'rotate']);
  expect(rotated).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
});
