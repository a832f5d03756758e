import type { IncomingMessage } from 'node:http';

/**
 * The address a request comes from: the nearest in the chain that is not a trusted proxy. What stands further left in
 * `X-Forwarded-For` is the client's own words.
 */
export function clientAddress(
  request: IncomingMessage,
  trustsProxy: (address: string, hop: number) => boolean,
): string {
  const own = request.socket.remoteAddress ?? 'unknown';
  const header = request.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .reverse();
  let nearest = own;
  for (const [hop, address] of forwarded.entries()) {
    if (!trustsProxy(nearest, hop)) break;
    nearest = address;
  }
  return nearest;
}
