import type { RoomId } from '../../protocol/identity.ts';
import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';
import type { RoomSettings } from './commands.ts';
import type { AnyRoom, RoomEvents } from './anyRoom.ts';
import type { RoomParts } from './room.ts';

export interface RoomsParts<R extends AnyRoom> {
  /** Makes one: `Room`, or `NodeRoom` where a room may be at several nodes. */
  make(parts: RoomParts): R;
  settings: RoomSettings;
  clock: Clock;
  /** How long a room is kept after its last person left, or before its first one came. */
  vacantRoomMs: number;
  /** How long an ended show is remembered, so that late viewers are told so. */
  endedRoomMs: number;
  /** Who carries out what this room decides; asked once a room, before anything happens in it. */
  eventsOf(roomId: RoomId): RoomEvents;
  /** The room is gone from here; told once. */
  onClosed?(room: R): void;
}

/** The rooms of this node. */
export class Rooms<R extends AnyRoom> {
  readonly #parts: RoomsParts<R>;
  readonly #rooms = new Map<RoomId, R>();

  constructor(parts: RoomsParts<R>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#rooms.size;
  }

  get(roomId: RoomId): R | undefined {
    return this.#rooms.get(roomId);
  }

  /** Every room, also those that only remember an ended show. */
  all(): R[] {
    return [...this.#rooms.values()];
  }

  /** The room, made where there was none. One that nobody enters is closed again. */
  open(roomId: RoomId): R {
    return this.get(roomId) ?? this.#make(roomId);
  }

  closeAll(): void {
    for (const room of this.all()) room.close();
  }

  #make(roomId: RoomId): R {
    const { settings, clock, vacantRoomMs, endedRoomMs } = this.#parts;
    const closing = new Alarm(clock, () => {
      if (room.vacant) room.close();
    });
    const room: R = this.#parts.make({
      id: roomId,
      settings,
      clock,
      events: this.#parts.eventsOf(roomId),
      onVacated: () => {
        closing.setTo(clock.now() + (room.status === 'ended' ? endedRoomMs : vacantRoomMs));
      },
      onClosed: () => {
        closing.setTo(undefined);
        this.#rooms.delete(roomId);
        this.#parts.onClosed?.(room);
      },
    });
    this.#rooms.set(roomId, room);
    closing.setTo(clock.now() + vacantRoomMs);
    return room;
  }
}
