import type { Edge } from '../protocol/edges.ts';
import { errors } from '../protocol/errors.ts';
import type { ErrorCode, Refusal } from '../protocol/errors.ts';

/** What can go wrong on this side of the wire, beside the server's own refusals. */
export const clientErrors = {
  'permission-denied':
    'The browser was not allowed to use the camera or microphone; allow it in the address bar and try again.',
  'no-device': 'No camera or microphone was found; plug one in and try again.',
  'device-busy': 'The camera or microphone is in use by another program; close that and try again.',
  'screen-share-cancelled': 'Screen sharing was not started.',
  'unsupported-browser':
    'This browser cannot show live video; use a current Chrome, Edge, Firefox or Safari.',
  'insecure-page': 'Camera and microphone need a page served over https.',
  unreachable: 'The server cannot be reached; check your connection.',
  aborted: 'Connecting was given up.',
  closed: 'The room was left already.',
  'media-failed': 'Picture and sound cannot get through; a firewall may be in the way.',
} as const;
export type ClientErrorCode = keyof typeof clientErrors;

/** Every failure of the SDK: `code` for programs, `message` for people. */
export class TributaryError extends Error {
  readonly code: ErrorCode | ClientErrorCode;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** With `go-elsewhere`: where to, which the SDK sees to by itself. */
  readonly edges: readonly Edge[] | undefined;

  constructor(
    code: ErrorCode | ClientErrorCode,
    detail?: string,
    retryAfterMs?: number,
    edges?: readonly Edge[],
  ) {
    super(code in clientErrors ? clientErrors[code as ClientErrorCode] : errors[code as ErrorCode].message);
    this.name = 'TributaryError';
    this.code = code;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
    this.edges = edges;
  }

  static fromRefusal(refusal: Refusal): TributaryError {
    return new TributaryError(refusal.code, refusal.detail, refusal.retryAfterMs, refusal.edges);
  }
}
