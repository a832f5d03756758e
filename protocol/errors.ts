import type { Edge } from './edges.ts';

/**
 * The closed list of refusals. A code is for programs and never changes its meaning; the message is one sentence
 * that a person can act on; `httpStatus` is used where the refusal leaves over HTTP.
 */
export const errors = {
  'bad-message': { httpStatus: 400, message: 'The message does not have the form the protocol asks for.' },
  'bad-media-parameters': {
    httpStatus: 400,
    message: 'The media parameters were refused by the media server.',
  },
  'unsupported-protocol': {
    httpStatus: 400,
    message: 'This page is too old or too new for the server; reload it.',
  },
  'too-large': { httpStatus: 413, message: 'The message is larger than the server accepts.' },
  'rate-limited': { httpStatus: 429, message: 'That was too often; wait a moment and try again.' },
  'token-missing': { httpStatus: 401, message: 'An access token is needed to join.' },
  'token-invalid': {
    httpStatus: 401,
    message: 'The access token is not valid for this server; ask for a new one.',
  },
  'token-expired': { httpStatus: 401, message: 'The access token has expired; ask for a new one.' },
  'api-key-invalid': { httpStatus: 401, message: 'The API key is missing or wrong.' },
  'admin-token-invalid': { httpStatus: 401, message: 'The admin token is missing or wrong.' },
  'operator-api-off': {
    httpStatus: 403,
    message: 'This server has no admin tokens, so nobody may look into the network; set adminTokens.',
  },
  'not-joined': { httpStatus: 409, message: 'Join a room first.' },
  'room-full': { httpStatus: 409, message: 'The room is full; try again in a moment.' },
  'room-ended': { httpStatus: 410, message: 'This show has ended.' },
  'room-not-found': { httpStatus: 404, message: 'There is no such room on this server now.' },
  'host-present': { httpStatus: 409, message: 'Another host is already in this room.' },
  banned: { httpStatus: 403, message: 'You are banned from this room.' },
  'not-allowed': { httpStatus: 403, message: 'Your role does not allow this.' },
  'not-on-stage': { httpStatus: 403, message: 'Only people on stage can send sound or picture.' },
  'stage-full': { httpStatus: 409, message: 'All seats on stage are taken.' },
  'already-on-stage': { httpStatus: 409, message: 'This person is on stage already.' },
  'no-such-participant': { httpStatus: 404, message: 'This person is not in the room any more.' },
  'no-request': { httpStatus: 404, message: 'There is no such request; it was withdrawn or it expired.' },
  'no-invitation': {
    httpStatus: 404,
    message: 'There is no such invitation; it was withdrawn or it expired.',
  },
  'queue-full': {
    httpStatus: 409,
    message: 'Too many people are asking to join the stage; try again later.',
  },
  'feed-exists': { httpStatus: 409, message: 'This source is being published already.' },
  'no-such-feed': { httpStatus: 404, message: 'This picture or sound is gone.' },
  'stale-intent': {
    httpStatus: 409,
    message: 'Your mute or camera state changed meanwhile; the newer state stays.',
  },
  'muted-by-host': { httpStatus: 403, message: 'The host turned this off; ask to be allowed again.' },
  'media-unavailable': {
    httpStatus: 503,
    message: 'The media server cannot take this now; try again in a moment.',
  },
  'home-away': {
    httpStatus: 503,
    message: 'The server that keeps this room cannot be reached now; try again in a moment.',
  },
  'go-elsewhere': {
    httpStatus: 503,
    message: 'This server takes nobody new now; connect to one of the others that it names.',
  },
  'no-such-node': { httpStatus: 404, message: 'There is no such node in the network now.' },
  'node-away': { httpStatus: 503, message: 'That node cannot be reached now; try again in a moment.' },
  draining: { httpStatus: 503, message: 'This server is about to restart; connect again in a moment.' },
  overloaded: { httpStatus: 503, message: 'This server is full; try again in a moment.' },
  'not-found': { httpStatus: 404, message: 'There is nothing at this address.' },
  'method-not-allowed': { httpStatus: 405, message: 'This address does not take that HTTP method.' },
  'unsupported-media-type': { httpStatus: 415, message: 'Send the body as application/json.' },
  internal: { httpStatus: 500, message: 'Something went wrong on the server; try again.' },
} as const satisfies Record<string, { httpStatus: number; message: string }>;

/** A refusal's name, from the closed list above. */
export type ErrorCode = keyof typeof errors;

/** A refusal as it crosses the wire: `detail` says which field or which limit, where that helps. */
export interface Refusal {
  code: ErrorCode;
  message: string;
  detail?: string;
  retryAfterMs?: number;
  /** With `go-elsewhere`: where to. */
  edges?: readonly Edge[];
}

/** What every request is answered with. Expected refusals are values; exceptions are for bugs. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Refusal };

/** Makes the refusal for `code` with the list's own sentence. */
export function refuse(
  code: ErrorCode,
  detail?: string,
  retryAfterMs?: number,
): { ok: false; error: Refusal } {
  const error: Refusal = { code, message: errors[code].message };
  if (detail !== undefined) error.detail = detail;
  if (retryAfterMs !== undefined) error.retryAfterMs = retryAfterMs;
  return { ok: false, error };
}

/** Makes the answer of a request that was done. */
export function done<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}
