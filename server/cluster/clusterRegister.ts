import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { HomeClaim, RoomHome, StoreResult } from './clusterStore.ts';

/**
 * The memory that nodes share, in this process or in Redis. Every call is one step that nothing comes between, by the
 * register's own clock; it may be made again when its answer was lost.
 */
export interface ClusterRegister {
  /** The node is there; answers what changed since the view that it has. */
  beat(seat: Seat, beat: Beat): Promise<StoreResult<BeatReply>>;
  /**
   * Renews homes and presence, and answers which homes are lost. A home that the register does not know any more, or
   * only an earlier one of, is put in again: the register lost it.
   */
  keep(seat: Seat, homes: readonly RoomHome[], present: readonly RoomId[]): Promise<StoreResult<RoomHome[]>>;
  claim(seat: Seat, roomId: RoomId, fromEpoch: number | undefined): Promise<StoreResult<HomeClaim>>;
  /** Undoes `keep`. */
  letGo(seat: Seat, homes: readonly RoomHome[], present: readonly RoomId[]): Promise<StoreResult<undefined>>;
  leave(seat: Seat): Promise<StoreResult<undefined>>;
  find(roomId: RoomId): Promise<StoreResult<RoomHome | undefined>>;
  holders(roomId: RoomId): Promise<StoreResult<NodeId[]>>;
  /**
   * `hear` is called when something worth a look has happened, and with who it was where somebody left. It may be missed:
   * the heartbeat looks as well.
   */
  listen(hear: (left?: Seat) => void): void;
  close(): void;
}

/** A process under a node's name: `session` is its own, and no other's. */
export interface Seat {
  nodeId: NodeId;
  session: string;
}

export interface Beat {
  /** The node's record as JSON. */
  record: string;
  /** Puts a silent process of this name out. */
  join: boolean;
  /** The others should look at once. */
  tell: boolean;
  /** The version of the view that the node has; 0 where it has none. */
  since: number;
}

export type BeatReply =
  | {
      /** Another process of this name was heard at `lastBeatMs`, by the register's clock. */
      type: 'occupied';
      lastBeatMs: number;
    }
  | {
      type: 'beating';
      /** False after the register was away or lost its data: who is not listed may yet be there. */
      settled: boolean;
      version: number;
      nodeIds: string[];
      /** Records that are new since then. */
      records: { nodeId: string; session: string; record: string }[];
    };

/**
 * A new home's epoch. It is a time, so it grows even where a register forgot the last one (a Redis without
 * persistence that starts anew, a replica that takes over a moment too early).
 */
export function nextEpoch(lastEpoch: number, nowMs: number): number {
  return Math.max(lastEpoch + 1, nowMs);
}
