import type { FastifyError, FastifyReply } from 'fastify';
import { errors, refuse } from '../../protocol/errors.ts';
import type { ErrorCode, Refusal } from '../../protocol/errors.ts';

/** A refusal as RFC 9457 words it, with our code beside. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail?: string;
}

export const problemContentType = 'application/problem+json';
/** Told with 429 and 503 where the refusal itself knows no time. */
const retryAfterMs = 1000;

export function problemOf({ code, message, detail }: Refusal): Problem {
  const status = errors[code].httpStatus;
  return {
    type: `urn:tributary:error:${code}`,
    title: message,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Answers a request with a refusal. */
export type SendProblem = (reply: FastifyReply, refusal: { error: Refusal }) => FastifyReply;

/** Makes the one way in which a server refuses; `onRefused` counts. */
export function problemSender(onRefused: (code: ErrorCode) => void): SendProblem {
  return (reply, { error }) => {
    onRefused(error.code);
    const problem = problemOf(error);
    if (problem.status === 429 || problem.status === 503) {
      reply.header('retry-after', Math.max(1, Math.ceil((error.retryAfterMs ?? retryAfterMs) / 1000)));
    }
    return reply
      .code(problem.status)
      .header('cache-control', 'no-store')
      .type(problemContentType)
      .send(problem);
  };
}

/** The refusal that fits what the HTTP framework threw; anything it did not foresee is `internal`. */
export function refusalOf(error: FastifyError): { error: Refusal } {
  switch (error.statusCode) {
    case 413:
      return refuse('too-large');
    case 415:
      return refuse('unsupported-media-type');
    case 403:
    case 404:
      return refuse('not-found');
    default: {
      const status = error.statusCode ?? 500;
      if (status < 400 || status >= 500) return refuse('internal');
      return refuse('bad-message', error.code.startsWith('FST_') ? error.message : undefined);
    }
  }
}
