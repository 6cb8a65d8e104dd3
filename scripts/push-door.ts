import { Hono, type Context } from 'hono';
import { ownerOf, readCall, tokenPattern } from '#holding/health/own/push-call.ts';
import { systemClock, type Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Log } from '#lib/log.ts';
import { headers } from '#site/serve.ts';
import { ringBell } from './bell.ts';
import { beginningOf } from './push-body.ts';
import { callLimit } from './push-limit.ts';
import { pushTokens } from './push-tokens.ts';
import type { Settings } from './settings.ts';

export interface PushDoor extends Settings {
  readonly log: Log;
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>;
}

const callsAMinute = 60;
const retrySeconds = 5;

/**
 * `/push/<token>` with `/start`, `/success`, `/fail`, `/log` or an exit code: how a script of the owner's tells how it
 * goes. Each call is a row on the disk before it is answered; neither Redis nor the worker has to be there.
 */
export function pushDoor({ env, paths, log, clock = systemClock }: PushDoor): Hono {
  const tokensNow = pushTokens({ env, paths, log });
  const admit = callLimit({ callsAMinute, clock });
  const take = async (context: Context): Promise<Response> => {
    const check = await whose(context, tokensNow);
    if (check === null) return nothingHere(context);
    const at = clock.now();
    const told = context.req.param('told') ?? '';
    const call = readCall({ told, run: context.req.query('rid'), body: await beginningOf(context.req.raw) }, at);
    if (call === null) return nothingHere(context);
    if (call === 'run')
      return context.text('rid is at most 64 letters, digits, dots, dashes, underscores or colons.\n', 400);
    // Failures are counted apart: pings, however many, leave room for one.
    const waitSeconds = admit(call.kind === 'fail' ? `${check} fail` : check);
    if (waitSeconds > 0) return tooMany(context, waitSeconds);
    try {
      const { writePush } = await import('./push-write.ts');
      writePush(paths.healthDb, check, call);
    } catch (error) {
      log.warn('a call of a push URL could not be written down', { check, error: messageOf(error) });
      return context.text('This could not be written down. Try again.\n', 503, { 'Retry-After': String(retrySeconds) });
    }
    ringBell(paths, log);
    return context.text('OK\n');
  };
  const app = new Hono().use('/push/*', headers('no-store'));
  app.on(['GET', 'POST'], ['/push/:token', '/push/:token/', '/push/:token/:told'], take);
  return app.all('/push/*', nothingHere);
}

/** The check whose token it is; null: nobody's. */
async function whose({ req }: Context, tokensNow: () => Promise<ReadonlyMap<string, string>>): Promise<string | null> {
  const token = req.param('token') ?? '';
  return tokenPattern.test(token) ? ownerOf(token, await tokensNow()) : null;
}

/** As any other address that there is not. */
function nothingHere(context: Context): Response {
  return context.text('There is nothing here.', 404);
}

function tooMany(context: Context, waitSeconds: number): Response {
  return context.text(`At most ${callsAMinute} calls a minute.\n`, 429, { 'Retry-After': String(waitSeconds) });
}
