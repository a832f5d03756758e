import type { Edge, EdgeList } from '../../protocol/edges.ts';
import type { Connection } from './connection.ts';

/** The nodes that browsers may go to, as whoever knows them tells them. `host` is the one a browser asked for. */
export interface KnownEdges {
  offer(asker: { host: string | undefined }): EdgeList;
  /** Where to send a newcomer; empty where he is welcome here, or nowhere else. */
  elsewhere(host: string | undefined): Edge[];
  /** Makes the question whether a list that was told is still worth knowing. */
  holding(): (told: EdgeList) => boolean;
  /** The origins of all nodes: their pages are ours. */
  origins(): readonly string[];
}

/** Nodes come and go in crowds, as when all are started anew; and nobody needs to know at once where else to go. */
const paceMs = 10_000;

/** What each connection was told of other nodes, and when it hears of them anew: only when that is no longer right. */
export class EdgeNews {
  readonly #edges: KnownEdges;
  readonly #told = new Map<Connection, { list: EdgeList; host: string | undefined }>();
  #changed = false;
  #lookedAtMs = -Infinity;

  constructor(edges: KnownEdges) {
    this.#edges = edges;
  }

  /** What to tell one who comes in. */
  tell(connection: Connection, host: string | undefined): EdgeList {
    const list = this.#edges.offer({ host });
    this.#told.set(connection, { list, host });
    return list;
  }

  forget(connection: Connection): void {
    this.#told.delete(connection);
  }

  /** Nodes came, went or changed. */
  changed(): void {
    this.#changed = true;
  }

  /** Called every now and then; most times there is nothing to tell. */
  sweep(nowMs: number): void {
    if (!this.#changed || nowMs - this.#lookedAtMs < paceMs) return;
    this.#changed = false;
    this.#lookedAtMs = nowMs;
    const holds = this.#edges.holding();
    for (const [connection, { list, host }] of this.#told) {
      if (!holds(list)) connection.socket.emit('network', this.tell(connection, host));
    }
  }
}
