import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import {
  createModelProcess,
  type ModelProcess,
  type ModelProcessOptions,
} from '#holding/memory/embed/model-process.ts';
import { root } from '#lib/paths.ts';
import { runProgram, temporaryFolder } from '../../support/outsider.ts';

const never = new AbortController().signal;

/** A process whose main file does as told: `answer(texts)` sends one vector a text. */
function processOf(code: string, options: Partial<ModelProcessOptions> = {}): ModelProcess {
  const folder = temporaryFolder();
  const main = join(folder.path, 'main.mjs');
  writeFileSync(
    main,
    `const answer = (texts) => process.send({ vectors: texts.map((text) => Float32Array.of(text.length, process.pid)) });
    process.on('disconnect', () => process.exit());
    ${code}`,
  );
  const model = createModelProcess({ main, ...options });
  onTestFinished(async () => {
    await model[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  return model;
}

const honest = `process.on('message', ({ texts }) => answer(texts));`;

async function pidOf(model: ModelProcess): Promise<number> {
  return (await model.embed(['x'], never))[0]?.[1] ?? 0;
}

async function untilGone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && stateOf(pid) !== 'Z') await delay(10);
}

function stateOf(pid: number): string {
  return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
}

test('questions that come at once are answered each with its own, by one process', async () => {
  const model = processOf(honest);
  const all = await Promise.all(['a', 'bb', 'ccc', 'dddd'].map((text) => model.embed([text, 'x'], never)));
  expect(all.map(([vector]) => vector?.[0])).toEqual([1, 2, 3, 4]);
  expect(new Set(all.flat().map((vector) => vector[1])).size).toBe(1);
});

test('nothing runs before the first question', async () => {
  const model = processOf(`import { writeFileSync } from 'node:fs'; ${honest}`);
  await model[Symbol.asyncDispose]();
  await expect(model.embed(['a'], never)).rejects.toMatchObject({ code: 'E_EMBED' });
});

test('it ends when it has been idle, and the next question starts another one', async () => {
  const model = processOf(honest, { idleMs: 50 });
  const first = await pidOf(model);
  await untilGone(first);
  expect(await pidOf(model)).not.toBe(first);
});

test('one that was killed while idle is started anew', async () => {
  const model = processOf(honest);
  const first = await pidOf(model);
  process.kill(first, 'SIGKILL');
  await untilGone(first);
  await delay(50); // Until its end was told here.
  expect(await pidOf(model)).not.toBe(first);
});

test('one that is killed in mid-answer is an error, and the questions behind it are answered', async () => {
  const model = processOf(`process.on('message', ({ texts }) =>
    texts[0] === 'die' ? process.kill(process.pid, 'SIGKILL') : answer(texts));`);
  const [died, next] = await Promise.allSettled([model.embed(['die'], never), model.embed(['next'], never)]);
  expect(died).toMatchObject({ reason: { code: 'E_EMBED', message: expect.stringContaining('it ended (SIGKILL)') } });
  expect(next).toMatchObject({ status: 'fulfilled' });
});

test('one that hangs is ended when its patience is, and the questions behind it are answered', async () => {
  const model = processOf(
    `process.on('message', ({ texts }) => { if (texts[0] === 'hang') for (;;); answer(texts); });`,
    { patienceMs: 1500 },
  );
  const pid = await pidOf(model);
  const [hung, next] = await Promise.allSettled([model.embed(['hang'], never), model.embed(['next'], never)]);
  expect(hung).toMatchObject({ reason: { message: expect.stringContaining('did not answer within 1.5 s') } });
  expect(next).toMatchObject({ status: 'fulfilled' });
  await untilGone(pid);
});

test.each([
  ['too few vectors', 'process.send({ vectors: [] })', '1 texts with 0 vectors'],
  ['no vectors', 'process.send({})', '1 texts with 0 vectors'],
  ['no numbers', 'process.send({ vectors: [Float32Array.of(NaN)] })', 'no numbers'],
  ['its own fault', `process.send({ error: 'no weights' })`, 'no weights'],
  ['an exit', 'process.exit(3)', 'it ended (exit code 3)'],
])('an answer of %s is one error', async (_, answer, words) => {
  const model = processOf(`process.on('message', () => ${answer});`);
  await expect(model.embed(['a'], never)).rejects.toMatchObject({
    code: 'E_EMBED',
    message: expect.stringContaining(words),
  });
});

test('texts that it cannot take are told apart from a fault that may pass', async () => {
  const model = processOf(
    `process.on('message', ({ texts }) => process.send({ error: 'no', isRefusal: texts[0] === 'bad' }));`,
  );
  await expect(model.embed(['bad'], never)).rejects.toMatchObject({ permanent: true });
  await expect(model.embed(['good'], never)).rejects.toMatchObject({ permanent: false });
});

test('a main file that fails at its start is one error each time', async () => {
  const model = processOf(`throw new Error('broken');`);
  for (let again = 0; again < 2; again += 1)
    await expect(model.embed(['a'], never)).rejects.toMatchObject({
      code: 'E_EMBED',
      message: expect.stringContaining('it ended (exit code 1)'),
    });
});

test('whoever stops waiting in the queue is let go at once, and the process goes on', async () => {
  const model = processOf(`process.on('message', ({ texts }) => setTimeout(() => answer(texts), 300));`);
  const stop = new AbortController();
  const first = model.embed(['first'], never);
  const second = model.embed(['second'], stop.signal);
  const third = model.embed(['third'], never);
  stop.abort(new Error('enough'));
  const started = performance.now();
  await expect(second).rejects.toThrow('enough');
  expect(performance.now() - started).toBeLessThan(200);
  expect((await third)[0]).toEqual(Float32Array.of(5, (await first)[0]?.[1] ?? 0));
});

test('an answer that is waited for no more does not end the process, nor pass for the next one’s', async () => {
  const model = processOf(`process.on('message', ({ texts }) => setTimeout(() => answer(texts), 200));`);
  const pid = await pidOf(model);
  const stop = new AbortController();
  const left = model.embed(['a long one'], stop.signal);
  await delay(50);
  stop.abort(new Error('enough'));
  await expect(left).rejects.toThrow('enough');
  expect((await model.embed(['abc'], never))[0]).toEqual(Float32Array.of(3, pid));
});

test('whoever has stopped already starts nothing', async () => {
  const model = processOf(`import { appendFileSync } from 'node:fs'; ${honest}`);
  await expect(model.embed(['a'], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

test('when it is disposed while asked, all who ask are told, and no process stays', async () => {
  const model = processOf(`process.on('message', ({ texts }) => { if (texts[0] !== 'x') return; answer(texts); });`);
  const pid = await pidOf(model);
  const asking = Promise.allSettled(['a', 'b', 'c'].map((text) => model.embed([text], never)));
  await model[Symbol.asyncDispose]();
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  for (const asked of await asking) expect(asked).toMatchObject({ reason: { code: 'E_EMBED' } });
});

test('one that is stopped by a signal does not keep its end waiting', async () => {
  const model = processOf(honest);
  const pid = await pidOf(model);
  process.kill(pid, 'SIGSTOP');
  await model[Symbol.asyncDispose]();
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

test('it writes nothing, starts nothing, and knows nothing of the environment', async () => {
  const model = processOf(`
    const tried = async (work) => { try { await work(); return 'done'; } catch (error) { return error.code; } };
    process.on('message', async () => process.send({ error: JSON.stringify([
      await tried(async () => (await import('node:fs')).writeFileSync('/tmp/omega-model-wrote', 'x')),
      await tried(async () => (await import('node:fs')).readFileSync('/etc/hostname')),
      await tried(async () => (await import('node:child_process')).execFileSync('true')),
      Object.keys(process.env).filter((name) => !['NODE_ENV', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'].includes(name)),
    ]) }));`);
  const denied = 'ERR_ACCESS_DENIED';
  await expect(model.embed(['a'], never)).rejects.toThrow(JSON.stringify([denied, denied, denied, []]));
});

const ownMain = join(root, 'holding', 'memory', 'embed', 'model-process.ts');

/** A program that asks the real model once, says who it is, and lives on. */
async function startAsker(end: string): Promise<{ readonly asker: number; readonly model: number } & AsyncDisposable> {
  const code = `
    const { createModelProcess } = await import(${JSON.stringify(ownMain)});
    const model = createModelProcess();
    await model.embed(['a text'], new AbortController().signal);
    const { readFileSync } = await import('node:fs');
    process.stdout.write(readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim() + '\\n');
    ${end}`;
  const asker = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(asker.stdout, 'data')) as [Buffer];
  return {
    asker: asker.pid ?? 0,
    model: Number(said.toString()),
    [Symbol.asyncDispose]: async () => {
      if (asker.exitCode === null && asker.signalCode === null && asker.kill('SIGKILL')) await once(asker, 'exit');
    },
  };
}

test('the model ends with a parent that is killed, also in the midst of an answer', async () => {
  const texts = `Array.from({ length: 60 }, (_, at) => ('text ' + at + ' ').repeat(80))`;
  await using running = await startAsker(
    `model.embed(${texts}, new AbortController().signal); setInterval(() => {}, 1000);`,
  );
  process.kill(running.asker, 'SIGKILL');
  await untilGone(running.model);
});

test('it keeps no program alive that has nothing else to do', async () => {
  await using running = await startAsker('');
  await untilGone(running.asker);
  await untilGone(running.model);
});

test('a program that waits for a model that dies is told, and does not end without a word', async () => {
  using folder = temporaryFolder();
  const main = join(folder.path, 'main.mjs');
  writeFileSync(main, `throw new Error('broken');`);
  const code = `
    const { createModelProcess } = await import(${JSON.stringify(ownMain)});
    const model = createModelProcess({ main: ${JSON.stringify(main)} });
    await model.embed(['a'], new AbortController().signal).catch(({ message }) => console.log(message));`;
  const { exitCode, stdout } = await runProgram(process.execPath, ['--input-type=module', '-e', code]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('it ended (exit code 1)')]);
});

test('it opens no connection: all that it has open is its own pipe', async () => {
  await using running = await startAsker('setInterval(() => {}, 1000);');
  const folder = `/proc/${running.model}/fd`;
  const sockets = readdirSync(folder)
    .map((name) => readlinkSync(join(folder, name)))
    .filter((target) => target.startsWith('socket:'));
  const inodes = sockets.map((target) => /\d+/.exec(target)?.[0] ?? '');
  const network = ['tcp', 'tcp6', 'udp', 'udp6'].map((name) =>
    readFileSync(`/proc/${running.model}/net/${name}`, 'utf8'),
  );
  expect(inodes.filter((inode) => network.some((table) => table.split(/\s+/).includes(inode)))).toEqual([]);
});
