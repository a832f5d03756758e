import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { edgeListPath, probePath } from '../../protocol/edgePaths.ts';
import type { EdgeList } from '../../protocol/edges.ts';
import { refuse } from '../../protocol/errors.ts';
import { regionIdSchema } from '../../protocol/network.ts';
import type { RegionId } from '../../protocol/network.ts';
import { createAddressRate } from './addressRate.ts';
import type { RateSetting } from './addressRate.ts';
import { refuseOtherMethods } from './httpServer.ts';
import type { SendProblem } from './problem.ts';

export interface EdgeRouteParts {
  /** The best few nodes for a browser that reached this one by `host`. */
  offerEdges: (asker: { host: string | undefined; region: RegionId | undefined }) => EdgeList;
  rateEdges: RateSetting;
  /** The client an address belongs to, where clients are counted. */
  blockOf: (address: string) => string;
  sendProblem: SendProblem;
}

const querySchema = z.object({ region: regionIdSchema.optional() });

/** Any page may ask, whoever it belongs to: nothing here is anybody's secret. */
const openToAll = {
  'access-control-allow-origin': '*',
  'timing-allow-origin': '*',
  'cache-control': 'no-store',
};

/** The addresses by which a browser finds the node nearest to it. */
export function addEdgeRoutes(app: FastifyInstance, parts: EdgeRouteParts): void {
  const { sendProblem } = parts;
  const rate = createAddressRate(parts.rateEdges, parts.blockOf);
  app.get(edgeListPath, async (request, reply) => {
    reply.headers(openToAll);
    const waitMs = await rate.take(request.ip);
    if (waitMs > 0) return sendProblem(reply, refuse('rate-limited', undefined, waitMs));
    const query = querySchema.safeParse(request.query);
    if (!query.success) return sendProblem(reply, refuse('bad-message', 'region: not the name of a region'));
    return parts.offerEdges({ host: request.host, region: query.data.region });
  });
  app.get(probePath, async (_request, reply) => reply.code(204).headers(openToAll).send());
  for (const url of [edgeListPath, probePath]) refuseOtherMethods(app, sendProblem, url, ['GET']);
}
