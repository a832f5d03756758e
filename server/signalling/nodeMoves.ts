import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import type { AnyRoom } from '../rooms/anyRoom.ts';

/** How long a person may be at two nodes: as long as his pictures take to come by the new one. */
const overlapMs = 6000;
/** What has not come anew by then does not come any more. */
const arrivalMs = 8000;

/** Those of a room who are between two nodes: on their way from this one, or just come from another. */
export class NodeMoves {
  readonly #room: AnyRoom;
  readonly #leaving = new Map<ParticipantId, NodeJS.Timeout>();
  /** Feeds, by their epochs, that flow from the node their owner comes from. */
  readonly #coming = new Map<FeedId, number>();
  readonly #arrivals = new Map<ParticipantId, NodeJS.Timeout>();

  constructor(room: AnyRoom) {
    this.#room = room;
  }

  isLeaving(id: ParticipantId): boolean {
    return this.#leaving.has(id);
  }

  /** He is at another node now; `end` runs where he has not let go of this one in time. */
  leaves(id: ParticipantId, end: () => void): void {
    clearTimeout(this.#leaving.get(id));
    this.#leaving.set(id, setTimeout(end, overlapMs));
  }

  left(id: ParticipantId): void {
    clearTimeout(this.#leaving.get(id));
    this.#leaving.delete(id);
  }

  /** He has come from another node, from which he still sends what he has open. */
  arrived(id: ParticipantId): void {
    const feeds = this.#room.view().stage.find((member) => member.id === id)?.feeds ?? [];
    if (feeds.length === 0) return;
    for (const { feedId, epoch } of feeds) this.#coming.set(feedId, epoch);
    clearTimeout(this.#arrivals.get(id));
    const close = (): void => {
      this.#arrivals.delete(id);
      for (const { feedId, epoch } of feeds) {
        // Unless he came again meanwhile.
        if (this.comesAnew(feedId) && this.#coming.get(feedId) === epoch)
          void this.#room.run({ type: 'closeFeed', feedId });
        this.#coming.delete(feedId);
      }
    };
    this.#arrivals.set(id, setTimeout(close, arrivalMs));
  }

  /** Whether this feed is open, and flows from the node its owner came from. */
  comesAnew(feedId: FeedId): boolean {
    const epoch = this.#coming.get(feedId);
    return epoch !== undefined && this.#room.feed(feedId)?.epoch === epoch;
  }

  close(): void {
    for (const timer of [...this.#leaving.values(), ...this.#arrivals.values()]) clearTimeout(timer);
    this.#leaving.clear();
    this.#arrivals.clear();
    this.#coming.clear();
  }
}
