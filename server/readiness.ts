import type { NotReady } from './api/adminApi.ts';

/** Where a node is between its start and its end. */
export type NodeState = 'starting' | 'ready' | 'draining';

/** Why a node takes nobody new just now; empty when it does. */
export function notReadyFor(
  state: NodeState,
  now: { connections: number; maxConnections: number; liveWorkers: number },
): NotReady[] {
  if (state !== 'ready') return [state];
  const reasons: NotReady[] = [];
  if (now.connections >= now.maxConnections) reasons.push('overloaded');
  // Between a worker's death and its replacement, or for as long as none can be started.
  if (now.liveWorkers === 0) reasons.push('no-media');
  return reasons;
}
