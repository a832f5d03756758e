import type { NodeId } from '../../protocol/network.ts';
import type { CascadeWire } from './cascadePorts.ts';

/** The links that the cascade keeps open. */
export class HeldLinks {
  readonly #wire: Pick<CascadeWire, 'hold'>;
  readonly #held = new Map<NodeId, () => void>();

  constructor(wire: Pick<CascadeWire, 'hold'>) {
    this.#wire = wire;
  }

  /** Holds these and no others. */
  set(needed: ReadonlySet<NodeId>): void {
    for (const [nodeId, letGo] of this.#held) {
      if (needed.has(nodeId)) continue;
      letGo();
      this.#held.delete(nodeId);
    }
    for (const nodeId of needed) if (!this.#held.has(nodeId)) this.#held.set(nodeId, this.#wire.hold(nodeId));
  }
}
