import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { messageOf, OmegaError } from '#lib/errors.ts';

/** An address that a name stands for. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Networks that are not the internet's: this machine, the home, the provider's inside, groups, examples. RFC 6890. */
const reserved4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** The old tunnels 2001::/32 and 2002::/16 carry an IPv4 address of anybody's choice. */
const reserved6 = [
  ['::', 127], // :: and ::1
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

const reserved = reservedNetworks();

/**
 * All addresses of a name, where each of them is the internet's own.
 * @throws OmegaError `E_EGRESS_ADDRESS` where one is not, `E_EGRESS_NAME` where the name has none.
 */
export async function publicAddresses(name: string): Promise<readonly Address[]> {
  const addresses = await addressesOf(name);
  const inside = addresses.find(({ address }) => !isPublicAddress(address));
  if (inside === undefined) return addresses;
  throw new OmegaError(`${name} leads to ${inside.address}, which is no address of the internet.`, {
    code: 'E_EGRESS_ADDRESS',
    permanent: true,
  });
}

/** False for this machine, private, link-local, carrier, multicast and example networks; v4 within v6 is seen through. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !reserved.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

async function addressesOf(name: string): Promise<readonly Address[]> {
  try {
    return await lookup(name, { all: true });
  } catch (error) {
    throw new OmegaError(`${name} has no address: ${messageOf(error)}.`, { code: 'E_EGRESS_NAME', cause: error });
  }
}

/** IPv4 addresses that are mapped into IPv6 are compared as IPv4 by BlockList itself; NAT64's and the oldest form are not. */
function reservedNetworks(): BlockList {
  const list = new BlockList();
  for (const [network, bits] of reserved4) {
    list.addSubnet(network, bits, 'ipv4');
    list.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6');
    list.addSubnet(`::${network}`, 96 + bits, 'ipv6');
  }
  for (const [network, bits] of reserved6) list.addSubnet(network, bits, 'ipv6');
  return list;
}
