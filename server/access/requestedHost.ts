import type { IncomingMessage } from 'node:http';

/** The host the browser asked for: what the nearest trusted proxy says in `X-Forwarded-Host`, else `Host`. */
export function requestedHost(
  request: IncomingMessage,
  trustsProxy: (address: string, hop: number) => boolean,
): string | undefined {
  const { host, 'x-forwarded-host': header } = request.headers;
  if (header === undefined || !trustsProxy(request.socket.remoteAddress ?? 'unknown', 0)) return host;
  const written = Array.isArray(header) ? header.join(',') : header;
  return written.split(',').at(-1)?.trim() || host;
}
