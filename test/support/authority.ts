import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate authority of a test's own: what it signs is trusted only by who is told of `caFile`. */
export interface Authority {
  /** For NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  readonly ca: string;
  /** A server on loopback that shows a certificate for these hosts. */
  readonly serve: (hosts: readonly string[], listener: RequestListener, valid?: Validity) => Promise<TlsServer>;
}

/** From when until when a certificate holds; a year from now on unless said. */
export interface Validity {
  readonly notBeforeDate?: Date;
  readonly notAfterDate?: Date;
}

export interface TlsServer extends AsyncDisposable {
  readonly port: number;
}

const quick = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Makes an authority and writes its certificate into the folder. */
export async function makeAuthority(folder: string): Promise<Authority> {
  // OpenSSL finds an issuer by its name, so that two of one name in a process are taken for each other.
  const ca = await generate([{ name: 'commonName', value: `a test of Omega ${crypto.randomUUID()}` }], {
    ...quick,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, ca.cert);
  return {
    caFile,
    ca: ca.cert,
    serve: async (hosts, listener, valid = {}) => {
      const { private: key, cert } = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
        ...quick,
        ...valid,
        ca: { key: ca.private, cert: ca.cert },
        extensions: [{ name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2 as const, value })) }],
      });
      return listen(createServer({ key, cert }, listener));
    },
  };
}

async function listen(server: Server): Promise<TlsServer> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
