import { z } from 'zod';
import { defineJob } from './omega.ts';

/** Says each morning what more sources speak of than before, in the unit's documents, its feeds and the web. */
export default defineJob({
  name: 'trend-report',
  summary: 'Reads documents, feeds and the web, and says what is new',
  schedule: { cron: '30 6 * * *', timezone: 'local', daylightSaving: 'once' },
  input: z.object({ unit: z.string().default('marketing'), demo: z.boolean().default(false) }),
  policy: { queue: 'swarm', timeoutMs: 5 * 60_000, attempts: 2, backoffMs: 30_000, overlap: 'skip' },
  async run({ unit, demo }, { omega, signal, log, progress, enqueue }) {
    await using desk = await omega.trends.open({ unit, demo, signal });
    log(`The mandate of ${unit} holds: ${desk.mandate}`);
    progress(0.1);

    log(`Documents: ${await desk.readDocuments()}`);
    progress(0.4);
    log(`Feeds: ${await desk.readFeeds()}`);
    progress(0.6);
    log(`Web: ${await desk.searchTopics()}`);
    progress(0.8);

    const report = await desk.compare();
    log(`Trends: ${report.claims.length}; below the limit: ${report.belowLimit.length}; gaps: ${report.gaps.length}`);
    const { changed, files } = await desk.write(report);
    log(changed ? `Wrote ${files.join(' and ')}` : `${files.join(' and ')} say so already`);
    log(`Memory: ${await desk.remember(report)}`);
    if (changed) await enqueue('heartbeat', { news: true }, { reason: 'event' }); // So that the page lists it at once.
    if (changed && !report.example) await enqueue('report-send', {}, { reason: 'event' });
    log(`Read it: npm run reports -- show ${report.id}`);
    return { report: report.id, claims: report.claims.length, gaps: report.gaps.length, example: report.example };
  },
});
