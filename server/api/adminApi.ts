import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { addDrainRoutes } from './drainRoutes.ts';
import type { DrainNode } from './drainRoutes.ts';
import { createHttpServer, refuseOtherMethods } from './httpServer.ts';
import { problemSender } from './problem.ts';

/** Why a node takes nobody new. */
export type NotReady = 'starting' | 'draining' | 'overloaded' | 'no-media';

export interface AdminApiParts {
  log: Logger;
  /** Empty when the node takes new people. */
  notReady: () => readonly NotReady[];
  drainNode: DrainNode;
  /** What else an operator may want to know of a node that does its work, e.g. `store-away`. */
  notes: () => readonly string[];
  registry: { contentType: string; metrics(): Promise<string> };
}

const retryAfterSeconds = 5;

/** Makes the operators' HTTP server: `/livez`, `/readyz`, `/metrics`, and draining. The caller lets it listen. */
export function createAdminApi(parts: AdminApiParts): FastifyInstance {
  const { log, notReady, notes, drainNode, registry } = parts;
  const sendProblem = problemSender(() => undefined);
  const app = createHttpServer({ log, sendProblem, trustsProxy: () => false });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  app.get('/livez', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = notReady();
    const more = notes().length > 0 ? { notes: notes() } : {};
    if (reasons.length === 0) return { status: 'ready', ...more };
    return reply
      .code(503)
      .header('retry-after', retryAfterSeconds)
      .send({ status: 'not-ready', reasons, ...more });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  // Whoever reaches this server may do that: it asks nobody who he is.
  addDrainRoutes(app, sendProblem, [], drainNode);
  for (const url of ['/livez', '/readyz', '/metrics']) refuseOtherMethods(app, sendProblem, url, ['GET']);
  return app;
}
