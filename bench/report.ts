import { stormBot } from '../test/support/bot-storm.ts';
import { stormReports } from '../test/support/report-storm.ts';
import { sealAsMany } from '../test/support/sealing.ts';
import { defineBench, quantile, round, type BenchOptions } from './bench.ts';

const rounds = 9;
/** In the seconds that it runs unless told otherwise. */
const usual = { seconds: 300, updates: 10_000, reports: 1000, kills: 50 };

/** How fast reports are sealed, and what is lost or done twice while bot and outbox are killed and Telegram fails. */
export default defineBench({
  name: 'report',
  summary: 'sealing 100 KB and 10 MB; updates and reports lost or doubled while a bot and an outbox are killed',
  against: 'an implementation on libsodium, turn by turn; and kills and lost answers of the same run',
  seconds: usual.seconds,
  run: async (options) => ({ ...(await sealing(options)), ...(await underKills(options)) }),
});

async function sealing({ tell, signal }: BenchOptions): Promise<Record<string, number>> {
  const small = await sealAsMany({ bytes: 100_000, rounds, signal });
  const large = await sealAsMany({ bytes: 10_000_000, rounds, signal });
  const figures = {
    seal100kMs: round(quantile(small.ms, 0.5)),
    seal10mMs: round(quantile(large.ms, 0.5)),
    sodium100kMs: round(quantile(small.sodiumMs, 0.5)),
    sodium10mMs: round(quantile(large.sodiumMs, 0.5)),
    loopHeldMs: round(Math.max(small.longestHeldMs, large.longestHeldMs)),
  };
  tell(`sealed 100 KB in ${figures.seal100kMs} ms, 10 MB in ${figures.seal10mMs} ms`);
  return figures;
}

/** Fewer seconds are fewer kills, updates and reports alike. */
async function underKills({ seconds, tell, signal }: BenchOptions): Promise<Record<string, number>> {
  const share = Math.min(1, seconds / usual.seconds);
  const part = (whole: number): number => Math.ceil(whole * share);
  const kills = part(usual.kills);
  const bot = await stormBot({ updates: part(usual.updates), kills, tell, signal });
  const outbox = await stormReports({ reports: part(usual.reports), kills, tell, signal });
  return {
    updates: bot.updates,
    reports: outbox.reports,
    kills: bot.kills + outbox.kills,
    answersLost: bot.answersLost + outbox.answersLost,
    lost: bot.lost + outbox.lost.length,
    handledTwice: bot.handledTwice + outbox.sealedTwice.length,
    doubledSends: bot.doubledSends + outbox.doubledSends,
  };
}
