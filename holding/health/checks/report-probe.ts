import { messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { defineCheck, type Finding } from '../check.ts';

/** Whether a report can be sealed and opened here: by the real code, for a key that nobody keeps, each day. */
export default defineCheck({
  id: 'report-probe',
  name: { en: 'Sealing', nl: 'Verzegelen' },
  group: 'reports',
  everyMs: 24 * 3_600_000,
  timeoutMs: 10_000,
  worstOverall: 'degraded',
  headline: { down: { en: 'Reports cannot be sealed', nl: 'Rapporten kunnen niet verzegeld worden' } },
  run: async ({ probes, signal }) => {
    try {
      return well(await probes.sealProbe());
    } catch (error) {
      signal.throwIfAborted();
      return broken(messageOf(error));
    }
  },
});

function well(latencyMs: number): Finding {
  const reason = { en: 'A probe was sealed and opened', nl: 'Een proef is verzegeld en geopend' };
  return { status: 'ok', latencyMs, reason };
}

function broken(why: string): Finding {
  const reason: Words = {
    en: `A probe was not sealed and opened: ${why}`,
    nl: `Een proef verzegelen en openen lukt niet: ${why}`,
  };
  const what = { en: 'See why reports cannot be sealed', nl: 'Kijk waarom rapporten niet te verzegelen zijn' };
  return { status: 'fail', explicit: true, reason, todo: { what, command: 'npm run doctor', minutes: 5 } };
}
