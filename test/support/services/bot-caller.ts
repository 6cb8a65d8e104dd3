import { BotFault } from '#holding/telegram/transport.ts';
import { transportTo } from '../telegram.ts';

/** Makes one call and has nothing else to do: `node bot-caller.ts ROOT TOKEN`. Prints what became of it. */
const [root = '', token = ''] = process.argv.slice(2);
const { signal } = new AbortController();
try {
  await transportTo({ root }, { token }, { patienceMs: 1000 }).call('getMe', {}, { signal });
  process.stdout.write('well');
} catch (error) {
  process.stdout.write(error instanceof BotFault ? error.kind : String(error));
}
