import { BlockList, isIP } from 'node:net';

/** Whether the peer at `address`, `hop` steps away from us (0 is the socket's own), is one of our proxies. */
export type TrustsProxy = (address: string, hop: number) => boolean;

const namedRanges: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

function addRange(ranges: BlockList, written: string): boolean {
  const [address = '', prefix, ...more] = written.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  const bits = version === 4 ? 32 : 128;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return false;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return false;
  ranges.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

/** Whether `written` can stand in the list of trusted proxies: an address, a CIDR range, a range's name or a count. */
export function isProxyEntry(written: string): boolean {
  return (
    /^\d{1,2}$/.test(written) || Object.hasOwn(namedRanges, written) || addRange(new BlockList(), written)
  );
}

/**
 * Makes the test for trusted proxies. Entries are addresses, CIDR ranges or the names `loopback`, `linklocal` and
 * `uniquelocal`; a bare number trusts that many hops whoever they are, right only where nobody can go round the proxy.
 */
export function trustedProxies(entries: readonly string[]): TrustsProxy {
  const ranges = new BlockList();
  let hops = 0;
  for (const entry of entries) {
    if (/^\d{1,2}$/.test(entry)) hops = Math.max(hops, Number(entry));
    else for (const range of namedRanges[entry] ?? [entry]) addRange(ranges, range);
  }
  return (address, hop) => {
    if (hop < hops) return true;
    const version = isIP(address);
    return version !== 0 && ranges.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
