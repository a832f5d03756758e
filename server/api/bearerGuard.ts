import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { ApiKeyCheck } from '../access/apiKeyCheck.ts';
import type { AddressRate } from './addressRate.ts';
import type { SendProblem } from './problem.ts';

export interface BearerGuardParts {
  check: ApiKeyCheck;
  /** Counts what is wrong, for each address. */
  wrong: AddressRate;
  /** Told to who has no good one. */
  refusal: ErrorCode;
  sendProblem: SendProblem;
}

/** A hook that lets a request through, or has answered it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/**
 * Makes a hook, for before the body is read, that asks for a good `Authorization: Bearer`. Guessing is slowed down by
 * counting wrong ones alone: a program with a good one may be busy.
 */
export function bearerGuard({ check, wrong, refusal, sendProblem }: BearerGuardParts): Guard {
  return async (request, reply) => {
    const waitMs = await wrong.wait(request.ip);
    if (waitMs > 0)
      return sendProblem(reply, refuse('rate-limited', 'too many wrong keys or tokens', waitMs));
    if (check(request.headers.authorization) !== undefined) return undefined;
    await wrong.take(request.ip);
    return sendProblem(reply.header('www-authenticate', 'Bearer realm="tributary"'), refuse(refusal));
  };
}

/** Makes a hook that limits how often an address may ask. */
export function rateGuard(rate: AddressRate, sendProblem: SendProblem): Guard {
  return async (request, reply) => {
    const waitMs = await rate.take(request.ip);
    return waitMs > 0 ? sendProblem(reply, refuse('rate-limited', undefined, waitMs)) : undefined;
  };
}
