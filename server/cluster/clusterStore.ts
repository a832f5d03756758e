import type { EventEmitter } from 'node:events';
import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId, NodeRecord } from '../../protocol/network.ts';

/**
 * What the nodes of a network know together: who is there, which node is the home of a room, and which nodes hold one.
 * A store belongs to one node. It renews by itself, every `heartbeatMs`, all that the node said; whatever it answers is
 * a value, also when the shared memory cannot be reached, and then what was known last stays (`members`, `homes`).
 */
export interface ClusterStore {
  readonly events: EventEmitter<ClusterEvents>;

  /**
   * Makes the node known, and keeps it so. With `store-away` it goes on trying; `node-id-taken` is final. Takes two
   * heartbeats where a process of this name was there just now, to see whether it still is.
   */
  announce(record: NodeRecord): Promise<StoreResult<undefined>>;
  /** Goes out with the next heartbeat; at once where it changes more than the node's load. */
  update(changes: NodeChanges): void;
  /** The last known view, this node included. */
  members(): MembersView;

  /** The room's present live home, which is this node, with a new epoch, where there was none. */
  claim(roomId: RoomId): Promise<StoreResult<HomeClaim>>;
  /**
   * As `claim`, for a node that goes on with a room from its state under the home of `fromEpoch`: refused with
   * `home-moved-on` where a later home came and went meanwhile.
   */
  takeOver(roomId: RoomId, fromEpoch: number): Promise<StoreResult<HomeClaim>>;
  /** Gives a home of this node up; the room's epoch is remembered. */
  release(roomId: RoomId): Promise<StoreResult<undefined>>;
  /** The room's present live home. */
  find(roomId: RoomId): Promise<StoreResult<RoomHome | undefined>>;
  /** The rooms whose home this node is, as far as it knows. */
  homes(): readonly RoomHome[];
  /** Renews everything now rather than with the next heartbeat, and tells which homes are lost. */
  renew(): Promise<StoreResult<readonly RoomHome[]>>;

  /** This node holds the room, until it says otherwise or is gone. Holds also when the answer is `store-away`. */
  present(roomId: RoomId): Promise<StoreResult<undefined>>;
  absent(roomId: RoomId): Promise<StoreResult<undefined>>;
  /** The nodes that hold the room. */
  holders(roomId: RoomId): Promise<StoreResult<readonly NodeId[]>>;

  /** Gives up everything the node said, and the node. */
  leave(): Promise<StoreResult<undefined>>;
  /** Leaves and lets go of the connection. May be called twice. */
  close(): Promise<void>;
}

export interface ClusterEvents {
  membersChanged: [MembersChange];
  /** Another node is the room's home now, or nobody knows of this one: it must stop acting as home. */
  homeLost: [RoomHome];
  /** Another process runs under this node's name. This one was put out and must end. */
  nodeIdTaken: [];
  /** The shared memory cannot be reached: what is known stays. */
  storeAway: [reason: string];
  storeBack: [awayMs: number];
}

export type NodeChanges = Partial<Omit<NodeRecord, 'nodeId' | 'protocolVersion' | 'startedAtMs'>>;

export interface MembersView {
  nodes: readonly NodeRecord[];
  /** Alive, but this node does not understand them. */
  strangers: readonly Stranger[];
  /** How long ago the shared memory last answered; undefined as long as it never did. */
  ageMs: number | undefined;
}

/** A node of another protocol version, or one whose record has a form that this version does not know. */
export interface Stranger {
  nodeId: NodeId;
  protocolVersion: number | undefined;
}

/** A node that started anew is in `left` and in `joined`. All are empty where strangers came or went. */
export interface MembersChange {
  joined: readonly NodeRecord[];
  left: readonly NodeRecord[];
  /** Their last state. */
  changed: readonly NodeRecord[];
}

export interface RoomHome {
  roomId: RoomId;
  nodeId: NodeId;
  /** Grows with each new home of the room and never comes again: what a home of a lower epoch says is void. */
  epoch: number;
}

/** `mine`: this node is the home. */
export interface HomeClaim {
  mine: boolean;
  home: RoomHome;
}

const messages = {
  'store-away': 'The memory that the nodes share cannot be reached; what is known stays.',
  'not-announced': 'This node has not announced itself to the others, or has left them.',
  'node-id-taken': 'Another process is running under the same node id; give each its own.',
  'node-id-unclear':
    'A process of this node id was there just now; it will be known shortly whether it still is.',
  'home-moved-on': 'The room had a later home meanwhile; its state is newer than the one to go on from.',
} as const;

export type StoreErrorCode = keyof typeof messages;

/** `message` is a sentence for the log, with the cause where there is one. */
export interface StoreError {
  code: StoreErrorCode;
  message: string;
}

export type StoreResult<T> = { ok: true; value: T } | { ok: false; error: StoreError };

/** Makes the refusal for `code` with the list's own sentence. */
export function refuseStore(code: StoreErrorCode, cause?: string): { ok: false; error: StoreError } {
  return { ok: false, error: { code, message: cause ? `${messages[code]} (${cause})` : messages[code] } };
}

export interface ClusterSettings {
  /** How often a node tells that it is there and renews what it has. */
  heartbeatMs: number;
  /** A node that was not heard for so long is gone, and with it its presence in rooms. */
  memberTtlMs: number;
  /** A home that was not renewed for so long may be taken over. */
  homeTtlMs: number;
  /** How long a room's last epoch is remembered. */
  epochMemoryMs: number;
}

/** Such that the rooms of a node that is gone have another home within two seconds. */
export const defaultClusterSettings: ClusterSettings = {
  heartbeatMs: 500,
  memberTtlMs: 2500,
  homeTtlMs: 1500,
  epochMemoryMs: 86_400_000,
};

/**
 * After so long a silence a process is not there any more, where another wants its name; and where nobody at all was
 * heard for so long, it was the shared memory that was away, and nobody is taken for gone before he could say
 * that he is there.
 */
export function silenceMs({ heartbeatMs }: ClusterSettings): number {
  return 2 * heartbeatMs;
}
