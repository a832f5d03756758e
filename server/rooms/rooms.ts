import type { RoomId } from '../../protocol/identity.ts';
import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';
import type { RoomSettings } from './commands.ts';
import { Room } from './room.ts';
import type { RoomEvents } from './room.ts';

export interface RoomsParts {
  settings: RoomSettings;
  clock: Clock;
  /** How long a room is kept after its last person left, or before its first one came. */
  vacantRoomMs: number;
  /** How long an ended show is remembered, so that late viewers are told so. */
  endedRoomMs: number;
  /** Who carries out what this room decides; asked once a room, before anything happens in it. */
  eventsOf(roomId: RoomId): RoomEvents;
  /** The room is gone from here; told once. */
  onClosed?(room: Room): void;
}

/** The rooms of this node. */
export class Rooms {
  readonly #parts: RoomsParts;
  readonly #rooms = new Map<RoomId, Room>();

  constructor(parts: RoomsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#rooms.size;
  }

  get(roomId: RoomId): Room | undefined {
    return this.#rooms.get(roomId);
  }

  /** Every room, also those that only remember an ended show. */
  all(): Room[] {
    return [...this.#rooms.values()];
  }

  /** The room, made where there was none. One that nobody enters is closed again. */
  open(roomId: RoomId): Room {
    return this.get(roomId) ?? this.#make(roomId);
  }

  closeAll(): void {
    for (const room of this.all()) room.close();
  }

  #make(roomId: RoomId): Room {
    const { settings, clock, vacantRoomMs, endedRoomMs } = this.#parts;
    const closing = new Alarm(clock, () => {
      if (room.vacant) room.close();
    });
    const room = new Room({
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
