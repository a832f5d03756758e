import type { TributaryError } from './tributaryError.ts';

/** Refusals that another try will not change. All others pass. */
const finalCodes: ReadonlySet<TributaryError['code']> = new Set<TributaryError['code']>([
  'bad-message',
  'bad-media-parameters',
  'unsupported-protocol',
  'unsupported-browser',
  'token-missing',
  'token-invalid',
  'token-expired',
  'room-not-found',
  'room-ended',
  'host-present',
  'banned',
  'not-allowed',
  'media-failed',
  'aborted',
  'closed',
]);

/** Whether coming back is pointless after this. */
export function isFinal(code: TributaryError['code']): boolean {
  return finalCodes.has(code);
}

/** Whether another access token may be the remedy. */
export function isAboutToken(code: TributaryError['code']): boolean {
  return code === 'token-expired' || code === 'token-invalid' || code === 'token-missing';
}

/** Refusals of one node that say nothing about the others. */
const ofThisNode: ReadonlySet<TributaryError['code']> = new Set<TributaryError['code']>([
  'unreachable',
  'go-elsewhere',
  'draining',
  'overloaded',
  'media-unavailable',
  'internal',
]);

/** Whether another node may let us in. */
export function isOfOneNode(code: TributaryError['code']): boolean {
  return ofThisNode.has(code);
}
