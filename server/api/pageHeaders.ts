import type { FastifyInstance } from 'fastify';

/**
 * What the demo needs and no more: own scripts, blobs for workers and previews, sockets back to this server. Where there
 * are other nodes the page may go to any host: those of tomorrow have no names yet, and a page stays open for days.
 */
function contentPolicy(host: string, nodeOrigins: readonly string[]): string {
  // Older Safari does not count ws: of the same host as 'self'. A host that is no plain name is not repeated.
  const sockets = /^[A-Za-z0-9.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  const schemes = new Set(
    nodeOrigins.map((origin) => (origin.startsWith('https:') ? 'https: wss:' : 'http: ws:')),
  );
  const elsewhere = nodeOrigins.length > 1 ? ` ${[...schemes].join(' ')}` : '';
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob: mediastream:",
    `connect-src 'self'${sockets}${elsewhere}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ');
}

const devicePolicy = [
  'camera',
  'microphone',
  'display-capture',
  'autoplay',
  'fullscreen',
  'picture-in-picture',
]
  .map((feature) => `${feature}=(self)`)
  .join(', ');

/** Sends the headers that keep other sites and injected content out, with every answer. */
export function addPageHeaders(app: FastifyInstance, nodeOrigins: () => readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentPolicy(request.host, nodeOrigins()),
      'permissions-policy': devicePolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  });
}

/** Lets pages of the allowed origins, and of other nodes, call the API from their browsers; no cookies, so no credentials. */
export function addCrossOrigin(
  app: FastifyInstance,
  allowedOrigins: readonly string[],
  nodeOrigins: () => readonly string[],
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    const anybody = allowedOrigins.includes('*');
    if (origin === undefined) return;
    if (!anybody && !allowedOrigins.includes(origin) && !nodeOrigins().includes(origin)) return;
    reply.header('access-control-allow-origin', anybody ? '*' : origin);
    reply.header('access-control-expose-headers', 'etag, retry-after');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return;
    await reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, if-none-match',
        'access-control-max-age': '600',
      })
      .send();
  });
}
