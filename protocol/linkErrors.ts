import { z } from 'zod';
import { errors } from './errors.ts';
import type { ErrorCode, Refusal } from './errors.ts';

/** The closed list of ways in which a call between two nodes comes to nothing. A code never changes its meaning. */
export const linkErrors = {
  'peer-away': 'The other node cannot be reached now, or ended before it answered.',
  timeout: 'The other node did not answer in time.',
  aborted: 'The caller gave the call up.',
  'queue-full': 'Too much waits for the other node already.',
  'too-large': 'The message is larger than a link carries.',
  'rate-limited': 'The other node was asked too much at once.',
  busy: 'The other node is working on too many calls of this link.',
  'unknown-call': 'The other node does not know this call.',
  'bad-request': 'The call does not have the form the protocol asks for.',
  'bad-answer': 'The answer does not have the form the protocol asks for.',
  forgotten: 'The call was seen before, and its answer is not kept any more.',
  failed: 'The other node failed at it.',
  refused: 'The other node refused, and says why.',
} as const satisfies Record<string, string>;

export type LinkErrorCode = keyof typeof linkErrors;

/** Why a call came to nothing; `refused` brings the refusal of whoever was asked, fit for a user. */
export type LinkError =
  { code: 'refused'; refusal: Refusal } | { code: Exclude<LinkErrorCode, 'refused'>; detail?: string };

/** What every call over a link ends with. */
export type LinkResult<T> = { ok: true; value: T } | { ok: false; error: LinkError };

/** Makes the error for `code`. */
export function linkError(
  code: Exclude<LinkErrorCode, 'refused'>,
  detail?: string,
): { ok: false; error: LinkError } {
  return { ok: false, error: detail === undefined ? { code } : { code, detail } };
}

const plainCodes = (Object.keys(linkErrors) as LinkErrorCode[]).filter((code) => code !== 'refused');

/** A refusal as another node words it; a code that is not in our list comes from a newer one. */
const refusalSchema = z.object({
  code: z.enum(Object.keys(errors) as ErrorCode[]).catch('internal'),
  message: z.string().max(500),
  detail: z.string().max(500).exactOptional(),
  retryAfterMs: z.number().min(0).exactOptional(),
});

export const linkErrorSchema = z.union([
  z.object({ code: z.literal('refused'), refusal: refusalSchema }),
  z.object({ code: z.enum(plainCodes), detail: z.string().max(500).exactOptional() }),
]);
