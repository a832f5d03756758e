import { TributaryError } from './tributaryError.ts';
import type { ClientErrorCode } from './tributaryError.ts';

const codes: Partial<Record<string, ClientErrorCode>> = {
  NotAllowedError: 'permission-denied',
  SecurityError: 'permission-denied',
  NotFoundError: 'no-device',
  OverconstrainedError: 'no-device',
  NotReadableError: 'device-busy',
  AbortError: 'device-busy',
};

/** What a browser's refusal of a camera, a microphone or a screen means to the person. */
export function deviceError(error: unknown, screen = false): TributaryError {
  if (error instanceof TributaryError) return error;
  const { name, message } = namedError(error);
  if (screen && (name === 'NotAllowedError' || name === 'AbortError'))
    return new TributaryError('screen-share-cancelled');
  return new TributaryError(codes[name] ?? 'device-busy', message);
}

/** `OverconstrainedError` is no `Error` in every browser, so shape counts and not class. */
function namedError(error: unknown): { name: string; message: string } {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return {
    name: typeof name === 'string' ? name : '',
    message: typeof message === 'string' ? message : String(error),
  };
}
