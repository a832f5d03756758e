import type { Edge } from '../../protocol/edges.ts';
import type { RoomId } from '../../protocol/identity.ts';
import { roles } from '../../protocol/roles.ts';
import type { Role } from '../../protocol/roles.ts';
import type { AnyRoom, RoomEvents } from '../rooms/anyRoom.ts';
import type { Connection } from './connection.ts';
import { LiveRoom } from './liveRoom.ts';
import type { LiveRoomParts } from './liveRoom.ts';

export type LiveRoomsParts = Omit<LiveRoomParts, 'room'> & { openRoom(roomId: RoomId): AnyRoom };

/** The rooms of this node that have, or had, connections. */
export class LiveRooms {
  readonly #parts: LiveRoomsParts;
  readonly #rooms = new Map<RoomId, LiveRoom>();

  constructor(parts: LiveRoomsParts) {
    this.#parts = parts;
  }

  /** The room, made where there was none. */
  open(roomId: RoomId): LiveRoom {
    const known = this.#rooms.get(roomId);
    if (known !== undefined) return known;
    const live = new LiveRoom({ ...this.#parts, room: this.#parts.openRoom(roomId) });
    this.#rooms.set(roomId, live);
    return live;
  }

  get(roomId: RoomId): LiveRoom | undefined {
    return this.#rooms.get(roomId);
  }

  /** What a room decides, passed on to the connections and the media it has. */
  eventsOf(roomId: RoomId): RoomEvents {
    return {
      perform: (effect) => this.get(roomId)?.perform(effect),
      viewersChanged: (count) => this.get(roomId)?.viewersChanged(count),
      data: (message, to) => this.get(roomId)?.data(message, to),
      reactions: (counts) => this.get(roomId)?.reactions(counts),
    };
  }

  /** The room itself is gone. */
  forget(roomId: RoomId): void {
    const live = this.#rooms.get(roomId);
    live?.closeMedia();
    live?.stopViews();
    this.#rooms.delete(roomId);
  }

  pruneRates(nowMs: number): void {
    for (const live of this.#rooms.values()) live.pruneRates(nowMs);
  }

  /** Connected people by their present role. */
  participants(): Record<Role, number> {
    const counts = Object.fromEntries(roles.map((role) => [role, 0])) as Record<Role, number>;
    for (const live of this.#rooms.values()) for (const role of live.presentRoles()) counts[role] += 1;
    return counts;
  }

  /** Everybody who is connected and not on his way to another node. */
  *people(): Iterable<ReturnType<LiveRoom['people']> extends Iterable<infer Person> ? Person : never> {
    for (const live of this.#rooms.values()) yield* live.people();
  }

  /** Shows every connection out, and tells each where to go. */
  sendAway(edgesFor: (connection: Connection) => Edge[]): void {
    for (const live of [...this.#rooms.values()]) live.sendAway(edgesFor);
  }

  /** For a node that ends; everybody was shown out before. */
  closeAll(): void {
    for (const live of [...this.#rooms.values()]) live.close();
  }
}
