import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { Env } from '#lib/env.ts';
import { isPublicAddress } from '#mcp/public-address.ts';

const connectTimeoutMs = 10_000;
/** Far above what the vectors of one request take as JSON. */
const mostAnswerBytes = 32 * 1024 * 1024;

/**
 * How an address is reached: directly where it is on this machine or in the home, else as the machine reaches the
 * internet. Idle sockets keep no process alive. @throws where the file of certificates cannot be read
 */
export function wayTo(url: URL, { proxy, extraCaFile }: Env['network']): Dispatcher {
  const trust = extraCaFile === undefined ? {} : { ca: [...getCACertificates(), readFileSync(extraCaFile, 'utf8')] };
  const connect = { timeout: connectTimeoutMs, ...trust };
  if (proxy === undefined || isNear(url)) return new Agent({ connect, maxResponseSize: mostAnswerBytes });
  return new ProxyAgent({
    uri: proxy,
    proxyTunnel: true,
    maxResponseSize: mostAnswerBytes,
    connect,
    requestTls: connect,
    proxyTls: connect,
  });
}

/** Names are not looked up: only this machine's and bare addresses can be known to be near. */
export function isNear({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || (isIP(host) !== 0 && !isPublicAddress(host));
}
