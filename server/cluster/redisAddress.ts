/** Where a Redis is. */
export type RedisAddress = {
  username?: string;
  password?: string;
  tls: boolean;
} & (
  | { type: 'server'; host: string; port: number; db: number }
  | { type: 'sentinel'; sentinels: HostPort[]; master: string; db: number }
  | { type: 'cluster'; nodes: HostPort[] }
);

export interface HostPort {
  host: string;
  port: number;
}

const form =
  /^(?<tls>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#]+)(?:\/(?<path>[^?#]*))?$/;
const hostForm = /^(?<host>\[[0-9A-Fa-f:.]+\]|[^:[\]\s]+)(?::(?<port>\d{1,5}))?$/;

/**
 * Reads an address in one of these forms; each also with `rediss` for TLS and with `user:password@` (percent-encoded)
 * in front of the hosts. A Sentinel is asked without a password.
 *
 *     redis://host:6379/0
 *     redis+sentinel://host:26379,host2:26379/master-name/0
 *     redis+cluster://host:6379,host2:6379
 *
 * undefined where it is none of them.
 */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  const { tls, kind, username, password, hosts, path } = form.exec(text)?.groups ?? {};
  if (hosts === undefined) return undefined;
  const list = hosts.split(',').map((host) => hostPort(host, kind === 'sentinel' ? 26_379 : 6379));
  if (!list.every((host) => host !== undefined)) return undefined;
  const user = decoded(username ?? '');
  const secret = decoded(password ?? '');
  if (user === undefined || secret === undefined) return undefined;
  const common = {
    tls: tls === 'rediss',
    ...(user !== '' && { username: user }),
    ...(secret !== '' && { password: secret }),
  };
  const segments = (path ?? '').split('/').filter((segment) => segment !== '');
  if (kind === 'cluster')
    return segments.length === 0 ? { ...common, type: 'cluster', nodes: list } : undefined;
  const master = kind === 'sentinel' ? segments.shift() : '';
  const db = Number(segments.shift() ?? 0);
  const [first, second] = list;
  if (master === undefined || segments.length > 0 || !Number.isInteger(db) || db < 0) return undefined;
  if (kind === 'sentinel') return { ...common, type: 'sentinel', sentinels: list, master, db };
  if (first === undefined || second !== undefined) return undefined;
  return { ...common, type: 'server', ...first, db };
}

function hostPort(text: string, defaultPort: number): HostPort | undefined {
  const { host, port = defaultPort } = hostForm.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
