import { Agent, ProxyAgent } from 'undici';
import { expect, test } from 'vitest';
import { isNear, wayTo } from '../holding/way.ts';

const network = { proxy: 'http://proxy.example:3128', extraCaFile: undefined };

test.each(['http://localhost:11434', 'http://127.0.0.1', 'http://[::1]:80', 'http://192.168.1.20'])(
  '%s is near, and reached past the proxy',
  async (address) => {
    expect(isNear(new URL(address))).toBe(true);
    await using way = disposable(wayTo(new URL(address), network));
    expect(way.dispatcher).toBeInstanceOf(Agent);
  },
);

test.each(['https://api.example.org', 'http://nas', 'http://9.9.9.9'])(
  '%s is reached by the proxy',
  async (address) => {
    expect(isNear(new URL(address))).toBe(false);
    await using way = disposable(wayTo(new URL(address), network));
    expect(way.dispatcher).toBeInstanceOf(ProxyAgent);
  },
);

test('a file of certificates that is gone is told where a way is made', () => {
  const lacking = { proxy: undefined, extraCaFile: '/nonexistent/ca.pem' };
  expect(() => wayTo(new URL('https://api.example.org'), lacking)).toThrow('ENOENT');
});

function disposable(dispatcher: ReturnType<typeof wayTo>) {
  return { dispatcher, [Symbol.asyncDispose]: () => dispatcher.destroy() };
}
