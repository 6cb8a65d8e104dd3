import { request } from 'node:http';
import { z } from 'zod';
import { messageOf, OmegaError } from './errors.ts';

/** How this machine stands in its tailnet. */
export interface Tailscale {
  /** As tailscaled calls it: `Running`, `Stopped`, `NeedsLogin`, `NeedsMachineAuth`, `Starting`, `NoState`. */
  readonly state: string;
  /** The machine's name in the tailnet, without the last dot; null: it has none. */
  readonly name: string | null;
  /** Milliseconds since the epoch; null: its key has no end, or none is told. */
  readonly keyExpiresAt: number | null;
  readonly keyExpired: boolean;
  /** Whether the tailnet gives certificates, so that pages can be served over HTTPS. */
  readonly hasCertificates: boolean;
}

/** As much as is needed of what `tailscale status --json` and the LocalAPI say alike; older ones say less. */
const Status = z.object({
  BackendState: z.string().max(40),
  Self: z
    .object({
      DNSName: z.string().max(300).nullish(),
      KeyExpiry: z.string().max(40).nullish(),
      Expired: z.boolean().nullish(),
    })
    .nullish(),
  CertDomains: z.array(z.string()).nullish(),
});

/** A status names every machine of the tailnet; this is room for thousands. */
const longestAnswer = 8 * 1024 * 1024;

/** Reads what Tailscale says of itself. @throws where that is no status. */
export function readTailscale(json: string): Tailscale {
  const { BackendState, Self, CertDomains } = Status.parse(JSON.parse(json));
  const expiresAt = Date.parse(Self?.KeyExpiry ?? '');
  const name = (Self?.DNSName ?? '').replace(/\.$/, '');
  return {
    state: BackendState,
    name: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name) ? name : null,
    // A key without an end is told by none at all, or by the year 1.
    keyExpiresAt: expiresAt > 0 ? expiresAt : null,
    keyExpired: Self?.Expired === true,
    hasCertificates: (CertDomains ?? []).length > 0,
  };
}

/**
 * Asks tailscaled over its socket, without the list of other machines.
 * @throws the socket's own error (ENOENT, ECONNREFUSED, EACCES), or OmegaError `E_TAILSCALE` for an answer that is none.
 */
export async function askTailscale(socketPath: string, signal: AbortSignal): Promise<Tailscale> {
  const { status, body } = await get(socketPath, '/localapi/v0/status?peers=false', signal);
  if (status !== 200) throw strange(`it answers ${status}${status === 403 ? ', so this user may not ask it' : ''}`);
  try {
    return readTailscale(body);
  } catch (error) {
    throw strange(error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error));
  }
}

function strange(why: string): OmegaError {
  return new OmegaError(`Tailscale does not tell how it stands: ${why}`, { code: 'E_TAILSCALE' });
}

/** The Host is that of tailscaled's own client: it answers no other. */
function get(socketPath: string, path: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, headers: { host: 'local-tailscaled.sock' }, signal, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > longestAnswer) call.destroy(strange('its answer does not end'));
        else chunks.push(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    call.end();
  });
}
