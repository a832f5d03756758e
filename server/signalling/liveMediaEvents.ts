import type { ParticipantId } from '../../protocol/identity.ts';
import type { RoomMediaEvents } from '../media/mediaTypes.ts';
import type { AnyRoom } from '../rooms/anyRoom.ts';
import type { Connection } from './connection.ts';
import type { RoomChannel } from './roomChannel.ts';

export interface LiveMediaParts {
  room: Pick<AnyRoom, 'run'>;
  channel: Pick<RoomChannel, 'speaker' | 'quality'>;
  connectionOf(id: ParticipantId): Connection | undefined;
  /** A publisher is asked for a keyframe: by message from here, or by mediasoup itself. */
  keyframeAsked(path: 'message' | 'pli'): void;
  /** The page closed its transports itself. */
  mediaClosed(id: ParticipantId): void;
}

/** What a room's media announces, passed on to its state and to the pages it concerns. */
export function liveMediaEvents(parts: LiveMediaParts): RoomMediaEvents {
  const { room, channel } = parts;
  return {
    consumersAdded: (id, added, ready) => {
      parts.connectionOf(id)?.offerConsumers(added, ready);
    },
    consumersClosed: (id, consumerIds) => {
      parts.connectionOf(id)?.socket.emit('consumersClosed', { consumerIds });
    },
    feedLost: (feedId) => {
      void room.run({ type: 'closeFeed', feedId });
    },
    mediaLost: (id, afterMs) => {
      void room.run({ type: 'mediaGone', id });
      parts.connectionOf(id)?.socket.emit('mediaLost', { afterMs });
    },
    mediaClosed: (id) => {
      parts.mediaClosed(id);
    },
    keyframeWanted: (publisherId, feedId) => {
      const publisher = parts.connectionOf(publisherId);
      if (publisher === undefined) return;
      publisher.socket.emit('keyframe', { feedId });
      parts.keyframeAsked('message');
    },
    pliSent: () => {
      parts.keyframeAsked('pli');
    },
    layersWanted: (publisherId, feedId, maxSpatialLayer) => {
      parts.connectionOf(publisherId)?.socket.emit('layers', { feedId, maxSpatialLayer });
    },
    speaker: (participantId) => {
      channel.speaker(participantId);
    },
    quality: (participantId, level) => {
      channel.quality(participantId, level);
    },
  };
}
