import type { Redis } from 'ioredis';
import { messageOf } from '#lib/errors.ts';
import { systemClock } from '#lib/clock.ts';

/** One change of a job's state, as Redis itself recorded it in the same script that made the change. */
export interface Change {
  readonly at: number;
  readonly event: string;
  readonly jobId: string;
}

const readable = new Set(['active', 'completed', 'failed', 'waiting']);

/** Follows a queue's own event stream, however often Redis is killed; `stop` reads to its end. */
export function followHistory(
  redis: Redis,
  stream: string,
): { readonly changes: readonly Change[]; readonly stop: () => Promise<void> } {
  const changes: Change[] = [];
  let lastId = '0';
  const over = new AbortController();
  const readOn = async (): Promise<boolean> => {
    const rows = await redis.xrange(stream, `(${lastId}`, '+', 'COUNT', 1000);
    for (const [id, fields] of rows) {
      lastId = id;
      const [event, jobId] = [valueOf(fields, 'event'), valueOf(fields, 'jobId')];
      if (readable.has(event)) changes.push({ at: Number(id.split('-')[0]), event, jobId });
    }
    return rows.length > 0;
  };
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await readOn().catch((error: unknown) => messageOf(error));
      await systemClock.sleep(200);
    }
    while (await readOn());
  };
  const following = follow();
  return {
    changes,
    stop: async () => {
      over.abort();
      await following;
    },
  };
}

function valueOf(fields: readonly string[], name: string): string {
  return fields[fields.indexOf(name) + 1] ?? '';
}

/** Jobs that were taken up again, or ended again, after they had been completed. */
export function doneTwice(changes: readonly Change[]): Set<string> {
  const completed = new Set<string>();
  const doubled = new Set<string>();
  for (const { event, jobId } of changes) {
    if (completed.has(jobId) && (event === 'active' || event === 'completed')) doubled.add(jobId);
    if (event === 'completed') completed.add(jobId);
  }
  return doubled;
}
