import type { FastifyInstance } from 'fastify';
import { refuse } from '../../protocol/errors.ts';
import type { ApiKeyCheck } from '../access/apiKeyCheck.ts';
import { createAddressRate } from './addressRate.ts';
import type { RateSetting } from './addressRate.ts';
import { bearerGuard, rateGuard } from './bearerGuard.ts';
import type { Guard } from './bearerGuard.ts';
import { refuseOtherMethods } from './httpServer.ts';
import type { SendProblem } from './problem.ts';

export interface OperatorAccessParts {
  /** Whose token it is; undefined where there are no tokens, and nobody gets in. */
  checkAdminToken: ApiKeyCheck | undefined;
  rateOperator: RateSetting;
  rateWrongKeys: RateSetting;
  blockOf: (address: string) => string;
  sendProblem: SendProblem;
}

/** Makes the hooks that stand before everything only an operator may ask for. */
export function operatorAccess(parts: OperatorAccessParts): Guard[] {
  const { checkAdminToken: check, sendProblem, blockOf } = parts;
  if (check === undefined) return [async (_request, reply) => sendProblem(reply, refuse('operator-api-off'))];
  const wrong = createAddressRate(parts.rateWrongKeys, blockOf);
  return [
    bearerGuard({ check, wrong, refusal: 'admin-token-invalid', sendProblem }),
    rateGuard(createAddressRate(parts.rateOperator, blockOf), sendProblem),
  ];
}

const loopback = /^(127\.|::1$|::ffff:127\.)/;
const localHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * For dev mode: gives the demo's own page its admin token, as long as page, browser and server are on one machine. A
 * page of another origin, or of a name that was made to point here, gets none.
 */
export function addDevAdminToken(app: FastifyInstance, sendProblem: SendProblem, token: string): void {
  const url = '/dev/admin-token';
  app.post(url, async (request, reply) => {
    const { host, origin } = request.headers;
    const fromHere = loopback.test(request.ip) && localHost.test(host ?? '');
    const fromOwnPage = origin === undefined || origin === `${request.protocol}://${host}`;
    if (!fromHere || !fromOwnPage) return sendProblem(reply, refuse('not-found'));
    return reply.header('cache-control', 'no-store').send({ token });
  });
  refuseOtherMethods(app, sendProblem, url, ['POST']);
}
