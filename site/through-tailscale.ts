import type { Context, MiddlewareHandler } from 'hono';
import type { Say, Words } from '#lib/language.ts';

/** Who asks, as `tailscale serve` says. */
export interface Visitor {
  readonly login: string;
  readonly name: string;
}

/**
 * Guards the socket that `tailscale serve` speaks to, and nothing else may: only there are its headers worth anything,
 * for tailscaled takes away those that a client sends. Whoever has no identity (a machine with a tag, the internet by
 * way of Funnel) is turned away.
 */
export function throughTailscale(say: Say): MiddlewareHandler {
  return async (context, next) => {
    if (context.req.header('tailscale-funnel-request') !== undefined) return refuse(context, say, fromInternet);
    if (visitorOf(context) === null) return refuse(context, say, withoutIdentity);
    return next();
  };
}

/** Null: nobody in particular. */
export function visitorOf({ req }: Context): Visitor | null {
  const login = plainly(req.header('tailscale-user-login') ?? '');
  if (login === '') return null;
  return { login, name: plainly(req.header('tailscale-user-name') ?? '') || login };
}

/** Names beyond ASCII come as RFC 2047 words in UTF-8; what is none stays as it is. */
function plainly(header: string): string {
  const words = header.replaceAll(/=\?utf-8\?q\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_word, text: string) => {
    const bytes = text.replaceAll('_', ' ').replaceAll(/=([0-9a-f]{2})/gi, (_code, hex: string) => fromHex(hex));
    return new TextDecoder().decode(Buffer.from(bytes, 'latin1'));
  });
  return words
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 200);
}

function fromHex(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function refuse(context: Context, say: Say, why: Words): Response {
  return context.text(`${say(why)}\n`, 403);
}

const fromInternet: Words = {
  en: 'This came from the internet, by Tailscale Funnel. Omega is shown to the tailnet only: tailscale funnel reset ends it, then ops/tailscale/serve.sh on.',
  nl: 'Dit kwam van het internet, via Tailscale Funnel. Omega is er alleen voor het tailnet: tailscale funnel reset zet het uit, daarna ops/tailscale/serve.sh on.',
};

const withoutIdentity: Words = {
  en: 'Tailscale does not say who you are, so nothing is shown. A machine with a tag has no user: open this from one that you signed in on yourself.',
  nl: 'Tailscale zegt niet wie je bent, dus er is niets te zien. Een machine met een tag heeft geen gebruiker: open dit op een machine waarop je zelf bent aangemeld.',
};
