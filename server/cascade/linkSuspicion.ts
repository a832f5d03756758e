import type { NodeId } from '../../protocol/network.ts';

/**
 * How long a node is not pulled from after its link went down, unless it comes up again: longer than the members' list
 * takes to forget a dead node. One that is only cut off from here is tried again then, each time later.
 */
const suspectMs = { first: 8000, last: 120_000 } as const;

interface Suspect {
  sinceMs: number;
  untilMs: number;
  times: number;
}

/** Which nodes are not to be pulled from although the members' list has them. Knows no clock. */
export class LinkSuspicion {
  readonly #suspects = new Map<NodeId, Suspect>();

  /** Its link is down, and not by agreement; or it cannot be reached. */
  down(nodeId: NodeId, nowMs: number): void {
    const before = this.#suspects.get(nodeId);
    if (before && nowMs < before.untilMs) return;
    const times = (before?.times ?? 0) + 1;
    const forMs = Math.min(suspectMs.last, suspectMs.first * 2 ** (times - 1));
    this.#suspects.set(nodeId, { sinceMs: before?.sinceMs ?? nowMs, untilMs: nowMs + forMs, times });
  }

  /** Its link is up. */
  up(nodeId: NodeId): void {
    this.#suspects.delete(nodeId);
  }

  /** It is a member no more: the next node of this name is another. */
  forget(members: ReadonlySet<NodeId>): void {
    for (const nodeId of this.#suspects.keys()) if (!members.has(nodeId)) this.#suspects.delete(nodeId);
  }

  isDown(nodeId: NodeId, nowMs: number): boolean {
    return nowMs < (this.#suspects.get(nodeId)?.untilMs ?? -Infinity);
  }

  /** Since when its link has not been up; undefined where it is, or was never needed. */
  downSinceMs(nodeId: NodeId): number | undefined {
    return this.#suspects.get(nodeId)?.sinceMs;
  }
}
