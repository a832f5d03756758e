import type { Result } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { HandledCallName, NodeRequest, NodeResponse, NodeTell } from '../../protocol/nodeMessages.ts';
import type { roomCalls, roomTells } from '../../protocol/roomReplication.ts';

export type RoomCallName = keyof typeof roomCalls & HandledCallName;
export type RoomTellName = keyof typeof roomTells;

/** How a room reaches the same room at other nodes. */
export interface RoomWire {
  readonly self: NodeId;
  readonly region: RegionId;
  /** Ends in time and never rejects; a node that cannot be reached is a refusal `home-away`. */
  ask<N extends RoomCallName>(to: NodeId, name: N, request: NodeRequest<N>): Promise<Result<NodeResponse<N>>>;
  /** May be lost. */
  tell<N extends RoomTellName>(to: NodeId, name: N, payload: NodeTell<N>): void;
}

interface Home {
  nodeId: NodeId;
  epoch: number;
}

export type HomeResult<T> = { ok: true; value: T } | { ok: false; error: { code: string } };

/** Which node is a room's home, as all nodes know it together; see `ClusterStore`. */
export interface RoomHomes {
  claim(roomId: RoomId): Promise<HomeResult<{ mine: boolean; home: Home }>>;
  takeOver(roomId: RoomId, fromEpoch: number): Promise<HomeResult<{ mine: boolean; home: Home }>>;
  release(roomId: RoomId): Promise<unknown>;
  present(roomId: RoomId): Promise<unknown>;
  absent(roomId: RoomId): Promise<unknown>;
  holders(roomId: RoomId): Promise<HomeResult<readonly NodeId[]>>;
  /** The shared memory was heard so lately that nobody can have taken a home of this node. */
  sure(): boolean;
}

/** How often, and how long at most. */
export interface RoomPace {
  /** An edge tells its home so often that it is there. */
  attachEveryMs: number;
  /** And at most so often that its viewers are more or fewer. */
  viewersEveryMs: number;
  /** An edge that was not heard for so long is gone, and the connections of its people are lost. */
  edgeTtlMs: number;
  /** The link to an edge may be broken for so long before the edge is taken for one that goes on by itself. */
  edgeBlinkMs: number;
  /** Waiting before the first further try to reach a home, and before the later ones. */
  retryFirstMs: number;
  retryLastMs: number;
}

export const defaultRoomPace: RoomPace = {
  attachEveryMs: 2000,
  viewersEveryMs: 1000,
  edgeTtlMs: 5000,
  edgeBlinkMs: 1500,
  retryFirstMs: 50,
  retryLastMs: 250,
};
