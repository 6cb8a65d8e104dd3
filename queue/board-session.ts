import { createHash, timingSafeEqual } from 'node:crypto';
import type { Redis } from 'ioredis';
import { getCookie, setCookie } from 'hono/cookie';
import { sign, verify } from 'hono/jwt';
import type { Context } from 'hono';
import { z } from 'zod';

/** What someone at the board may do. */
export interface BoardSession {
  readonly write: boolean;
}

const cookieName = 'omega-board';
const linkSeconds = 300;
const sessionSeconds = 12 * 3600;
const Claims = z.object({ use: z.enum(['link', 'session']), write: z.boolean(), jti: z.string() });

/** Makes a link that opens the board once, within five minutes. */
export async function boardLink(options: {
  readonly url: string;
  readonly token: string;
  readonly write: boolean;
}): Promise<string> {
  const claims = { use: 'link', write: options.write, jti: crypto.randomUUID(), exp: inSeconds(linkSeconds) };
  const code = await sign(claims, options.token, 'HS256');
  return new URL(`/board/login?code=${code}`, options.url).href;
}

/** Exchanges a link's code for a session cookie; null where the code is forged, old or used. */
export async function openSession(
  context: Context,
  options: { readonly redis: Redis; readonly prefix: string; readonly token: string },
): Promise<BoardSession | null> {
  const claims = await readClaims(context.req.query('code') ?? '', options.token, 'link');
  if (claims === null) return null;
  const isFirst = await options.redis.set(
    `${options.prefix}:board-link:${claims.jti}`,
    'used',
    'EX',
    linkSeconds,
    'NX',
  );
  if (isFirst !== 'OK') return null;
  const session = { use: 'session', write: claims.write, jti: crypto.randomUUID(), exp: inSeconds(sessionSeconds) };
  setCookie(context, cookieName, await sign(session, options.token, 'HS256'), {
    path: '/board',
    httpOnly: true,
    sameSite: 'Strict',
    maxAge: sessionSeconds,
  });
  return { write: claims.write };
}

/** The session of a request: by its cookie, or by the token itself as a bearer, which may do all. */
export async function readSession(context: Context, token: string): Promise<BoardSession | null> {
  const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined) return isSame(bearer, token) ? { write: true } : null;
  return readClaims(getCookie(context, cookieName) ?? '', token, 'session');
}

async function readClaims(jwt: string, token: string, use: 'link' | 'session'): Promise<z.infer<typeof Claims> | null> {
  try {
    const claims = Claims.parse(await verify(jwt, token, 'HS256'));
    return claims.use === use ? claims : null;
  } catch {
    return null; // Forged, malformed or expired: all of them are simply no session.
  }
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Compared in a time that says nothing about where they differ. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
