import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';

/**
 * Watches for a proxy that nobody told us of, and says so once: all its clients would be counted as one address, and be
 * refused together.
 */
export function createForwardingWatch(
  trustsProxy: (address: string, hop: number) => boolean,
  log: Pick<Logger, 'warn'>,
): (request: IncomingMessage) => void {
  let told = false;
  return ({ headers, socket }) => {
    const peer = socket.remoteAddress ?? 'unknown';
    if (told || headers['x-forwarded-for'] === undefined || trustsProxy(peer, 0)) return;
    told = true;
    log.warn(
      { peer },
      'X-Forwarded-For came from a peer that is not trusted and is ignored; if that is your proxy, name it in the setting trustedProxies (--trusted-proxies)',
    );
  };
}
