import { Hono } from 'hono';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { headers } from '#site/serve.ts';
import { boardToken } from './board-token.ts';
import type { Settings } from './settings.ts';

/** The board, made when somebody first asks for it: the edge must stand without Redis, and stay small. */
export function lazyBoard(settings: Settings, log: Log): Hono {
  let opening: Promise<Hono> | undefined;
  const open = (): Promise<Hono> => {
    opening ??= openBoard(settings, log).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const app = new Hono().use('/board/*', headers('no-store'));
  return app.all('/board/*', async (context) => {
    try {
      return await (await open()).fetch(context.req.raw);
    } catch (error) {
      log.warn('the board could not be shown', { error: messageOf(error) });
      return context.text(
        'The queue does not answer, so there is no board to show. npm run status says how it stands.\n',
        503,
      );
    }
  });
}

async function openBoard({ env, paths }: Settings, log: Log): Promise<Hono> {
  const [{ createBoard }, { connect, redisTarget, requireRedis }, { openQueues }] = await Promise.all([
    import('#queue/board.ts'),
    import('#queue/connection.ts'),
    import('#queue/queues.ts'),
  ]);
  const redis = connect(redisTarget({ ...env, ...paths }), { patience: 'prompt', log });
  try {
    await requireRedis(redis);
    return createBoard({ queues: openQueues({ jobs: [], redis }), token: await boardToken(env, paths) });
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
