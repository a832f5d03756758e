import type { FastifyInstance } from 'fastify';
import type { Result } from '../../protocol/errors.ts';
import { refuse } from '../../protocol/errors.ts';
import { nodeIdSchema } from '../../protocol/network.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { Guard } from './bearerGuard.ts';
import { refuseOtherMethods } from './httpServer.ts';
import type { SendProblem } from './problem.ts';

/** Tells a node of the network to take leave of its people, or to take new ones again. */
export type DrainNode = (nodeId: NodeId, draining: boolean) => Promise<Result<{ draining: boolean }>>;

/** The addresses by which an operator empties a node; `guards` stand before each. */
export function addDrainRoutes(
  app: FastifyInstance,
  sendProblem: SendProblem,
  guards: Guard[],
  drainNode: DrainNode,
): void {
  for (const [word, draining] of [
    ['drain', true],
    ['undrain', false],
  ] as const) {
    const url = `/v1/nodes/:node/${word}`;
    app.post<{ Params: { node: string } }>(url, { onRequest: guards }, async (request, reply) => {
      const nodeId = nodeIdSchema.safeParse(request.params.node);
      if (!nodeId.success) return sendProblem(reply, refuse('bad-message', 'node: not the name of a node'));
      const answer = await drainNode(nodeId.data, draining);
      if (!answer.ok) return sendProblem(reply, answer);
      return reply
        .code(202)
        .header('cache-control', 'no-store')
        .send({ nodeId: nodeId.data, ...answer.value });
    });
    refuseOtherMethods(app, sendProblem, url, ['POST']);
  }
}
