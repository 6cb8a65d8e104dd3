import { join } from 'node:path';
import { Hono } from 'hono';
import { makeKeyPair, publicKeyText, seal, secretKeyText, type Sealed } from '#holding/report/envelope.ts';
import { noPrev, type MetaToSeal } from '#holding/report/envelope/meta.ts';
import { listen } from '#site/listen.ts';
import { buildReader } from '#site/reader-build.ts';
import { headers } from '#site/serve.ts';
import { serveReader } from '#site/serve-reader.ts';
import { temporaryFolder } from './site.ts';

/** The reader as it stands now, built and served on a port of the system's choice. */
export interface ServedReader extends AsyncDisposable {
  readonly url: string;
  /** The one file, on the disk. */
  readonly file: string;
  /** What `/reports/N.orp` gives. */
  readonly reports: Map<number, Uint8Array>;
}

/** Builds and serves it, as the edge does. */
export async function servedReader(): Promise<ServedReader> {
  const folder = await temporaryFolder();
  const reports = new Map<number, Uint8Array>();
  await buildReader(join(folder.path, 'reader'));
  const reader = serveReader({
    language: 'en',
    built: folder.path,
    sealedReport: async (seq) => reports.get(seq) ?? null,
  });
  const icon = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  const app = new Hono()
    .use(headers('no-store'))
    .get('/icon.svg', (context) => context.body(icon, 200, { 'Content-Type': 'image/svg+xml' }))
    .route('/', reader);
  const server = await listen({ app, host: '127.0.0.1', port: 0, lastPort: undefined });
  return {
    url: `http://127.0.0.1:${server.port}/reader/`,
    file: join(folder.path, 'reader', 'reader.html'),
    reports,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A server that nobody must ask anything: what was asked of it all the same. */
export async function listener(): Promise<
  AsyncDisposable & { readonly url: string; readonly asked: readonly string[] }
> {
  const asked: string[] = [];
  const app = new Hono().all('*', (context) => {
    asked.push(context.req.path);
    return context.text('');
  });
  const server = await listen({ app, host: '127.0.0.1', port: 0, lastPort: undefined });
  return {
    url: `http://127.0.0.1:${server.port}/`,
    asked,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** What a test's Omega seals with: envelopes that follow each other, for one device. */
export interface ReportPress {
  readonly secretKey: string;
  readonly publicKey: string;
  readonly seal: (what?: Partial<MetaToSeal> & { readonly body?: string }) => Sealed;
}

const hourMs = 3_600_000;

/** Makes one; `seed` is the sender's. */
export function reportPress(seed = 7): ReportPress {
  const pair = makeKeyPair();
  let seq = 0;
  let prev = noPrev;
  return {
    secretKey: secretKeyText(pair.secretKey),
    publicKey: publicKeyText(pair.publicKey),
    seal: ({ body = '<h1>All well</h1>', ...meta } = {}) => {
      seq = meta.seq ?? seq + 1;
      const made = {
        id: '0190a0b0-0000-7000-8000-000000000000',
        epoch: 1,
        prev,
        created: new Date().toISOString(),
        nextBy: new Date(Date.now() + 24 * hourMs).toISOString(),
        kind: 'digest',
        name: 'report.html',
        type: 'text/html; charset=utf-8',
        ...meta,
        seq,
      };
      const sealed = seal({
        recipients: [pair.publicKey],
        seed: new Uint8Array(32).fill(seed),
        meta: made,
        body: new TextEncoder().encode(body),
      });
      prev = sealed.sha512.slice(0, 64);
      return sealed;
    },
  };
}
