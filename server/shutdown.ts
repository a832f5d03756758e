import type { Logger } from 'pino';

export interface ShutdownParts {
  /** Waits for what may still go on; bounded by itself. */
  drain(): Promise<void>;
  close(): Promise<void>;
  /** How long closing may take. */
  closeDeadlineMs: number;
  log: Pick<Logger, 'error'>;
}

/** Ends a node and returns the exit code: 0, or 1 where a part did not close, or not in time. It never hangs. */
export async function shutDown(parts: ShutdownParts): Promise<0 | 1> {
  const { closeDeadlineMs, log } = parts;
  let deadline: NodeJS.Timeout | undefined;
  try {
    await parts.drain();
    const late = new Promise<never>((_resolve, reject) => {
      deadline = setTimeout(() => {
        reject(new Error(`not closed after ${closeDeadlineMs} ms`));
      }, closeDeadlineMs);
    });
    await Promise.race([parts.close(), late]);
    return 0;
  } catch (error) {
    log.error({ err: error }, 'the server did not close as it should');
    return 1;
  } finally {
    clearTimeout(deadline);
  }
}
