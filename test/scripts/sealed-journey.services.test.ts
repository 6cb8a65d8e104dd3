import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import {
  deviceKey,
  makeKeyPair,
  open,
  publicKeyText,
  secretKeyText,
  senderOf,
  type Opened,
} from '#holding/report/envelope.ts';
import { root } from '#lib/paths.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { runProgram } from '../support/outsider.ts';
import { openStack, type Stack } from '../support/stack.ts';

/** A word of the owner's own documents, which nobody on the way may read. */
const canary = 'quokkafestival';

test('a report goes from the documents to the phone, sealed: opened and acknowledged there, readable nowhere between', async () => {
  await using api = await startFakeBotApi();
  const bot = api.bot();
  const owner = bot.person();
  const keys = makeKeyPair();
  await using stack = await openStack();
  Object.assign(stack.env, {
    OMEGA_LANGUAGE: 'en',
    OMEGA_TELEGRAM_API_ROOT: api.root,
    OMEGA_TELEGRAM_BOT_TOKEN: bot.token,
    OMEGA_TELEGRAM_CHAT_ID: String(owner.id),
    OMEGA_REPORT_ENCRYPTION_KEY: publicKeyText(keys.publicKey),
  });
  await writeDocuments(stack);
  await stack.start();

  const job = await runProgram(process.execPath, [join(root, 'scripts', 'job.ts'), 'trend-report'], {
    env: { OMEGA_DATA_DIR: stack.settings.paths.data },
  });
  expect(job).toMatchObject({ exitCode: 0 });
  const opened = async (): Promise<Opened[]> =>
    Promise.all(owner.sees().flatMap(({ document }) => (document === null ? [] : [openAs(keys, document.bytes)])));
  await owner.until((messages) => messages.some(({ text }) => text.includes('trend')));
  const trend = (await opened()).find(({ meta }) => meta.kind === 'trend');
  expect(new TextDecoder().decode(trend?.body)).toContain(canary);

  owner.says(`/ack ${trend?.meta.seq} ${trend?.receipt.toLowerCase()}`);
  await owner.until((messages) => messages.some(({ text }) => text.includes(`Report #${trend?.meta.seq} is opened`)));
  expect(await stack.stop()).toBe(0);

  const { data, startedDotenv } = stack.settings.paths;
  const told = JSON.stringify([api.asked.map(({ params }) => params), owner.sees().map(({ text }) => text)]);
  expect(told).not.toContain(canary);
  // What the unit read, counted and remembers lies on this machine's disk as it is; all else knows nothing of it.
  const ownRecords = /^(?:units|chromadb)\/|^(?:ledger|memory|trends|vectors)\.sqlite/;
  const places = (await filesIn(data)).filter((file) => !ownRecords.test(relative(data, file)));
  expect(places.length).toBeGreaterThan(20);
  expect(await holding(places, canary)).toEqual([]);
  const anywhere = (await filesIn(data)).filter((file) => file !== startedDotenv);
  const [, secretOfToken = ''] = bot.token.split(':');
  expect(await holding(anywhere, secretOfToken)).toEqual([]);
  expect(await holding(anywhere, secretKeyText(keys.secretKey))).toEqual([]);
}, 90_000);

async function writeDocuments({ settings }: Stack): Promise<void> {
  const folder = join(settings.paths.units, 'marketing', 'documents');
  await mkdir(folder, { recursive: true });
  for (let number = 1; number <= 6; number += 1)
    await writeFile(join(folder, `note-${number}.md`), `# Note ${number}\n\nThe ${canary} of shop ${number} begins.\n`);
}

async function openAs({ secretKey }: { readonly secretKey: Uint8Array }, bytes: Uint8Array): Promise<Opened> {
  const device = deviceKey(secretKey);
  return open(bytes, { keys: [device], senders: [await senderOf(bytes, [device])] });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Those in which the text stands as it is. */
async function holding(files: readonly string[], text: string): Promise<string[]> {
  const found = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(text) ? [file] : [])));
  return found.flat();
}
