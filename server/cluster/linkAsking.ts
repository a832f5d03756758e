import { linkError } from '../../protocol/linkErrors.ts';
import type { LinkResult } from '../../protocol/linkErrors.ts';
import { nodeCalls } from '../../protocol/nodeMessages.ts';
import type { HandledCallName, NodeRequest, NodeResponse } from '../../protocol/nodeMessages.ts';
import type { LinkOutbox } from './linkOutbox.ts';

export interface Question<N extends HandledCallName> {
  name: N;
  payload: NodeRequest<N>;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  /** The peer answered in a form the protocol does not have. */
  onBadAnswer: () => void;
}

/** Puts a call into the outbox and resolves with what becomes of it, within its time. Never rejects. */
export function ask<N extends HandledCallName>(
  outbox: LinkOutbox,
  { name, payload, timeoutMs, signal, onBadAnswer }: Question<N>,
): Promise<LinkResult<NodeResponse<N>>> {
  return new Promise((resolve) => {
    const id = outbox.add({
      name,
      payload,
      deadlineMs: performance.now() + timeoutMs,
      settle: (result) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        resolve(checked(name, result, onBadAnswer));
      },
    });
    if (id === undefined) {
      resolve(linkError('queue-full'));
      return;
    }
    const aborted = (): void => {
      outbox.settle(id, linkError('aborted'));
    };
    const timer = setTimeout(() => {
      outbox.settle(id, linkError(outbox.wasSent(id) ? 'timeout' : 'peer-away'));
    }, timeoutMs);
    signal?.addEventListener('abort', aborted);
  });
}

function checked<N extends HandledCallName>(
  name: N,
  result: LinkResult<unknown>,
  onBadAnswer: () => void,
): LinkResult<NodeResponse<N>> {
  if (!result.ok) return result;
  const response = nodeCalls[name].response.safeParse(result.value);
  if (response.success) return { ok: true, value: response.data as NodeResponse<N> };
  onBadAnswer();
  return linkError('bad-answer');
}
