import type { MediaSession } from './mediaSession.ts';
import type { RoomState } from './roomState.ts';
import type { RoomConnectionParts } from './roomConnection.ts';
import type { SourceSwitches } from './sourceSwitches.ts';
import type { TypedEvents } from './typedEvents.ts';
import type { RoomEvents } from './types.ts';

/** The parts of a room that the server's messages reach; asked for each time, since a message comes later. */
export interface RoomHandlerParts {
  events: TypedEvents<RoomEvents>;
  state: () => RoomState;
  media: () => MediaSession;
  switches: () => SourceSwitches;
}

/** What a room does with each thing the server says. */
export function roomHandlers(parts: RoomHandlerParts): RoomConnectionParts['handlers'] {
  const { events, state, media, switches } = parts;
  return {
    room: (view) => {
      if (!state().changed(view)) return;
      switches().follow(state().intent);
      media().receive.follow(view);
      events.emit('room', view);
    },
    self: (self) => {
      state().self = self;
      media().followSeat(self.onStage);
      events.emit('self', self);
    },
    backstage: (view) => {
      if (state().backstageChanged(view)) events.emit('backstage', view);
    },
    viewers: ({ count }) => {
      state().viewerCount = count;
      events.emit('viewers', count);
    },
    speaker: ({ participantId }) => {
      state().speaker = participantId;
      events.emit('speaker', participantId);
    },
    quality: (told) => {
      state().qualities.set(told);
      events.emit('participantQuality', told.participantId, told.level);
    },
    chat: (message) => {
      if (state().said(message)) events.emit('chat', message);
    },
    reactions: (counts) => events.emit('reactions', counts),
    data: (message) => events.emit('data', message),
    consumers: (added, ready) => void media().receive.take(added).then(ready),
    consumersClosed: ({ consumerIds }) => media().receive.closed(consumerIds),
    keyframe: ({ feedId }) => media().send.keyframe(feedId),
    layers: ({ feedId, maxSpatialLayer }) => media().send.layers(feedId, maxSpatialLayer),
  };
}
