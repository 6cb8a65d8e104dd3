import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readEnv } from '#lib/env.ts';
import { messageOf } from '#lib/errors.ts';
import { dataPaths } from '#lib/paths.ts';
import { readTailscale } from '#lib/tailscale.ts';
import { edgeSocketPath } from './edge-socket.ts';

/** What `tailscale serve status --json` says of web pages: by `name:port`, then by path. */
const Served = z.object({
  Web: z
    .record(z.string(), z.object({ Handlers: z.record(z.string(), z.object({ Proxy: z.string().nullish() })) }))
    .nullish(),
  AllowFunnel: z.record(z.string(), z.boolean()).nullish(),
});

/** What serve.sh needs to know, a `name=value` a line. */
const asked: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  socket: () => {
    const env = readEnv();
    return { socket: edgeSocketPath(env, dataPaths(env)) };
  },
  status: () => {
    const { state, name, keyExpiresAt, keyExpired, hasCertificates } = readTailscale(readFileSync(0, 'utf8'));
    const days = keyExpiresAt === null ? '' : String(Math.floor((keyExpiresAt - Date.now()) / 86_400_000));
    const isOver = keyExpired || days.startsWith('-');
    return { state, name: name ?? '', days: isOver ? 'over' : days, certificates: hasCertificates ? 'yes' : 'no' };
  },
  served: () => {
    const text = readFileSync(0, 'utf8').trim();
    const { Web, AllowFunnel } = Served.parse(text === '' ? {} : JSON.parse(text));
    const page = Object.entries(Web ?? {}).find(([place]) => place.endsWith(':443'));
    return {
      proxy: page?.[1].Handlers['/']?.Proxy ?? (page === undefined ? '' : 'something-else'),
      funnel: Object.values(AllowFunnel ?? {}).some(Boolean) ? 'yes' : 'no',
    };
  },
};

try {
  const lines = Object.entries(asked[process.argv[2] ?? '']?.() ?? {});
  process.stdout.write(lines.map(([name, value]) => `${name}=${value.replaceAll(/[\p{Cc}\p{Cf}]/gu, '')}\n`).join(''));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(2);
}
