import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { protocolVersion } from '../../protocol/version.ts';
import type { RtpCapabilitiesMessage } from '../../protocol/mediaParameters.ts';
import { refuseOtherMethods } from './httpServer.ts';
import { openApiDocument } from './openApi.ts';
import type { SendProblem } from './problem.ts';

/** The documents that stay the same while the server runs: what media it speaks, and its own description. */
export function addDocumentRoutes(
  app: FastifyInstance,
  sendProblem: SendProblem,
  rtpCapabilities: RtpCapabilitiesMessage,
): void {
  addDocument(app, sendProblem, '/v1/capabilities', { protocol: protocolVersion, rtpCapabilities });
  addDocument(app, sendProblem, '/v1/openapi.json', openApiDocument());
}

function addDocument(app: FastifyInstance, sendProblem: SendProblem, url: string, content: object): void {
  const body = JSON.stringify(content);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  app.get(url, async (request, reply) => {
    reply.headers({ etag, 'cache-control': 'public, max-age=300' });
    const seen = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (seen?.includes(etag) || seen?.includes('*')) return reply.code(304).send();
    return reply.type('application/json').send(body);
  });
  refuseOtherMethods(app, sendProblem, url, ['GET']);
}
