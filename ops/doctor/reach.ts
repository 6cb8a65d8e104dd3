import { networkInterfaces } from 'node:os';
import type { Env } from '#lib/env.ts';
import { codeOf } from '#lib/errors.ts';
import { askTailscale } from '#lib/tailscale.ts';
import { fault, fine, unknown, warning, type Look } from './finding.ts';

const dayMs = 86_400_000;
const warnedDays = 14;

/** Whether the page can be reached from other machines, where the owner wants that. */
export function reachLooks(env: Pick<Env, 'networkHost' | 'tailscaleSocket'>): Readonly<Record<string, Look>> {
  return {
    Tailscale: () => lookAtTailscale(env.tailscaleSocket),
    network: () => lookAtNetwork(env.networkHost),
  };
}

async function lookAtTailscale(socket: string): ReturnType<Look> {
  try {
    const { state, name, keyExpiresAt, hasCertificates } = await askTailscale(socket, AbortSignal.timeout(5000));
    if (state !== 'Running') return warning(`not connected (${state})`, 'sudo tailscale up');
    const days = keyExpiresAt === null ? Infinity : Math.floor((keyExpiresAt - Date.now()) / dayMs);
    const what = `runs${name === null ? '' : ` as ${name}`}`;
    if (days < warnedDays) {
      const page = 'https://login.tailscale.com/admin/machines, this machine, "Disable key expiry"';
      return warning(`${what}; its key ends in ${days} days`, page);
    }
    if (hasCertificates) return fine(what);
    return warning(
      `${what}; HTTPS is not enabled in the tailnet`,
      'https://login.tailscale.com/admin/dns, HTTPS Certificates',
    );
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return unknown('not on this machine; the page is reached by ssh or on it alone');
    if (codeOf(error) !== 'ECONNREFUSED') throw error;
    return warning('installed, and its service does not run', 'sudo systemctl start tailscaled');
  }
}

async function lookAtNetwork(host: string | undefined): ReturnType<Look> {
  if (host === undefined) return fine('the page is not on the local network');
  const address = host.replace(/%.*$/, '');
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map((one) => one.address));
  if (own.includes(address)) return fine(`the page can be read at ${host} by whoever is on that network`);
  return fault(`${host} is no address of this machine`, 'see to OMEGA_EDGE_HOST; ip -brief address shows which it has');
}
