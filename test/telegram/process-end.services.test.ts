import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { startFakeBotApi } from '../support/fake-bot-api.ts';

const api = await startFakeBotApi();
afterAll(() => api[Symbol.asyncDispose]());
const caller = join(import.meta.dirname, '../support/services/bot-caller.ts');

// telegraf's own timers would keep it for 500 s, and this test for longer than it may take.
test.each(['hang', 'html', 'cut-off', 'endless'] as const)(
  'a process that has nothing more to do ends, also after an answer that is %s',
  async (fault) => {
    api.faults.next(fault);
    const child = spawn(process.execPath, [caller, api.root, api.bot().token], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect([said, code]).toEqual(['unanswered', 0]);
  },
);
