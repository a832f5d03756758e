import type { Actor, Effect, RoomSettings } from '../../server/rooms/commands.ts';
import type { ReactionCounts } from '../../server/rooms/crowdNews.ts';
import { Room } from '../../server/rooms/room.ts';
import { ManualClock } from './manualClock.ts';
import { asRoomId, roomSettings } from './show.ts';

/** Stands where connections and media would: writes down what a room wants done, and holds its clock. */
export class RecordingShell {
  readonly clock = new ManualClock();
  readonly performed: Effect[] = [];
  readonly viewers: number[] = [];
  readonly reactions: ReactionCounts[] = [];
  /** What else happens while an effect is performed. */
  onEffect: (effect: Effect) => void = () => undefined;

  makeRoom(settings: Partial<RoomSettings> = {}): Room {
    return new Room({
      id: asRoomId('studio'),
      settings: { ...roomSettings, ...settings },
      clock: this.clock,
      events: {
        perform: (effect) => {
          this.performed.push(effect);
          this.onEffect(effect);
        },
        viewersChanged: (count) => this.viewers.push(count),
        reactions: (counts) => this.reactions.push(counts),
        data: () => undefined,
      },
    });
  }

  /** A room with these people in it already; their coming is not written down. */
  roomWith(...people: Actor[]): Room {
    const room = this.makeRoom();
    for (const one of people) room.join(one);
    this.performed.length = 0;
    return room;
  }

  performedTypes(): string[] {
    return this.performed.map(({ type }) => type);
  }
}
