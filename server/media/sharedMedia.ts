import type { RoomId } from '../../protocol/identity.ts';
import type { FeedMedia, Media, RoomMedia, RoomMediaEvents } from './mediaTypes.ts';

interface SharedRoom {
  media: RoomMedia;
  holders: number;
  /** Hears what concerns the people here; undefined while there are none. */
  people: RoomMediaEvents | undefined;
}

/**
 * One media room for each room on this node, shared by its people here and by the cascade, which may pass feeds on
 * where nobody watches. It closes when nobody holds it any more.
 */
export class SharedMedia {
  readonly #media: Pick<Media, 'openRoom'>;
  readonly #rooms = new Map<RoomId, SharedRoom>();

  constructor(media: Pick<Media, 'openRoom'>) {
    this.#media = media;
  }

  /** For the people of a room here. Its `close()` ends what is theirs; feeds that only pass go on. */
  openForPeople(roomId: RoomId, events: RoomMediaEvents): RoomMedia {
    const room = this.#hold(roomId);
    room.people = events;
    return heldBy(room.media, () => {
      if (room.people === events) room.people = undefined;
      room.media.leaveAll();
      this.#release(roomId, room);
    });
  }

  /** For feeds that come from other nodes and go to others. */
  openForFeeds(roomId: RoomId): FeedMedia {
    const room = this.#hold(roomId);
    return heldBy(room.media, () => this.#release(roomId, room));
  }

  #hold(roomId: RoomId): SharedRoom {
    const room = this.#rooms.get(roomId) ?? this.#open(roomId);
    room.holders += 1;
    return room;
  }

  #open(roomId: RoomId): SharedRoom {
    const room: SharedRoom = {
      media: this.#media.openRoom(
        roomId,
        toPeople(() => room.people),
      ),
      holders: 0,
      people: undefined,
    };
    this.#rooms.set(roomId, room);
    return room;
  }

  #release(roomId: RoomId, room: SharedRoom): void {
    room.holders -= 1;
    if (room.holders > 0) return;
    this.#rooms.delete(roomId);
    room.media.close();
  }
}

/** The same media, whose `close()` is that of one holder. */
function heldBy(media: RoomMedia, release: () => void): RoomMedia {
  let held = true;
  return {
    join: (peer) => media.join(peer),
    announcePending: (participantId) => media.announcePending(participantId),
    openSend: (participantId, fingerprints) => media.openSend(participantId, fingerprints),
    closeSend: (participantId) => media.closeSend(participantId),
    produce: (feed) => media.produce(feed),
    closeFeed: (feedId) => media.closeFeed(feedId),
    setPaused: (feedId, paused) => media.setPaused(feedId, paused),
    view: (participantId, feeds) => media.view(participantId, feeds),
    restartIce: (participantId, direction) => media.restartIce(participantId, direction),
    leave: (participantId) => media.leave(participantId),
    leaveAll: () => media.leaveAll(),
    whenHere: (feedId, epoch, signal) => media.whenHere(feedId, epoch, signal),
    exportFeed: (feedId, maxSpatialLayer, events) => media.exportFeed(feedId, maxSpatialLayer, events),
    importFeed: (offer, rttMs, events) => media.importFeed(offer, rttMs, events),
    close: () => {
      if (held) release();
      held = false;
    },
  };
}

/** What people hear; each event is lost where there is nobody. */
function toPeople(people: () => RoomMediaEvents | undefined): RoomMediaEvents {
  return {
    consumersAdded: (...told) => people()?.consumersAdded(...told),
    consumersClosed: (...told) => people()?.consumersClosed(...told),
    feedLost: (...told) => people()?.feedLost(...told),
    mediaLost: (...told) => people()?.mediaLost(...told),
    mediaClosed: (...told) => people()?.mediaClosed(...told),
    keyframeWanted: (...told) => people()?.keyframeWanted(...told),
    pliSent: (...told) => people()?.pliSent(...told),
    layersWanted: (...told) => people()?.layersWanted(...told),
    speaker: (...told) => people()?.speaker(...told),
    quality: (...told) => people()?.quality(...told),
  };
}
