import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { refuse } from '../../protocol/errors.ts';
import { nameSchema, participantIdSchema, roomIdSchema } from '../../protocol/identity.ts';
import { roleSchema } from '../../protocol/roles.ts';
import { tokenRequestSchema } from '../../protocol/tokens.ts';
import type { ApiKeyCheck } from '../access/apiKeyCheck.ts';
import type { Tokens } from '../access/tokens.ts';
import { createAddressRate } from './addressRate.ts';
import type { RateSetting } from './addressRate.ts';
import { bearerGuard, rateGuard } from './bearerGuard.ts';
import { refuseOtherMethods } from './httpServer.ts';
import type { SendProblem } from './problem.ts';

export interface TokenRouteParts {
  tokens: Tokens;
  checkApiKey: ApiKeyCheck;
  /** Also answer `POST /dev/tokens`, which asks for no key. */
  dev: boolean;
  rateTokens: RateSetting;
  rateWrongKeys: RateSetting;
  /** The client an address belongs to, where clients are counted. */
  blockOf: (address: string) => string;
  sendProblem: SendProblem;
}

export const devTokenRequestSchema = z.strictObject({
  room: roomIdSchema,
  identity: participantIdSchema,
  name: nameSchema,
  role: roleSchema,
});
const devTokenTtlSeconds = 3600;

/** The addresses that issue access tokens. */
export function addTokenRoutes(app: FastifyInstance, parts: TokenRouteParts): void {
  const { tokens, checkApiKey, sendProblem } = parts;
  const issued = createAddressRate(parts.rateTokens, parts.blockOf);
  const wrongKeys = createAddressRate(parts.rateWrongKeys, parts.blockOf);
  const limit = rateGuard(issued, sendProblem);
  const authorise = bearerGuard({
    check: checkApiKey,
    wrong: wrongKeys,
    refusal: 'api-key-invalid',
    sendProblem,
  });

  const url = '/v1/rooms/:room/tokens';
  app.post<{ Params: { room: string } }>(url, { onRequest: [authorise, limit] }, async (request, reply) => {
    const room = roomIdSchema.safeParse(request.params.room);
    if (!room.success) return sendProblem(reply, refuse('bad-message', 'room: not a room name'));
    const body = tokenRequestSchema.safeParse(request.body);
    if (!body.success) return sendProblem(reply, refuse('bad-message', firstIssue(body.error)));
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send(await tokens.issue(room.data, body.data));
  });
  refuseOtherMethods(app, sendProblem, url, ['POST']);

  if (!parts.dev) return;
  app.post('/dev/tokens', { onRequest: limit }, async (request, reply) => {
    const body = devTokenRequestSchema.safeParse(request.body);
    if (!body.success) return sendProblem(reply, refuse('bad-message', firstIssue(body.error)));
    const { room, ...person } = body.data;
    const token = await tokens.issue(room, { ...person, ttlSeconds: devTokenTtlSeconds });
    return reply.code(201).header('cache-control', 'no-store').send(token);
  });
  refuseOtherMethods(app, sendProblem, '/dev/tokens', ['POST']);
}

/** Where in the body, and what, is wrong first. */
function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  return `${where === '' ? 'body' : where}: ${issue?.message ?? 'invalid'}`.slice(0, 200);
}
