import { done, refuse } from '../../../protocol/errors.ts';
import { feedIdOf } from '../../../protocol/identity.ts';
import type { HandlersOf } from './handlerTable.ts';

/** Publishing, receiving and the health of transports. The room says who may; the media side does it. */
export function mediaHandlers(firstFrameSeconds: (seconds: number) => void): HandlersOf<'media'> {
  return {
    'media.openSend': async ({ live, actor }, { fingerprints }) => {
      const { media } = live;
      if (media === undefined) return refuse('room-ended');
      if (!live.room.self(actor.id)?.onStage) return refuse('not-on-stage');
      const send = await media.openSend(actor.id, fingerprints);
      return send.ok ? done({ send: send.value }) : send;
    },

    'media.produce': async ({ live, actor }, { source, rtpParameters, picture }) => {
      const { media, room } = live;
      if (media === undefined) return refuse('room-ended');
      const feedId = feedIdOf(actor.id, source);
      const reserved = await room.run({
        type: 'openFeed',
        id: actor.id,
        source,
        ...(live.comesAnew(feedId) && { anew: true }),
      });
      if (!reserved.ok) return reserved;
      const feed = room.feed(feedId);
      // Closed again by a command that came between.
      if (feed === undefined) return refuse('not-on-stage');
      const { epoch } = feed;
      const produced = await media.produce({
        participantId: actor.id,
        feedId,
        epoch,
        source,
        rtpParameters,
        paused: feed.paused,
        ...(picture && { picture }),
      });
      const now = room.feed(feedId);
      if (!produced.ok) {
        if (now?.epoch === epoch) await room.run({ type: 'closeFeed', feedId });
        return produced;
      }
      // Muted, removed or replaced while the worker answered: the room's state is what counts.
      if (now?.epoch !== epoch) {
        if (now === undefined) media.closeFeed(feedId);
        return refuse('not-on-stage');
      }
      media.setPaused(feedId, now.paused);
      return done({ feedId, epoch });
    },

    'media.closeFeed': async ({ live, actor }, { feedId }) => {
      if (!feedId.startsWith(`${actor.id}:`)) return refuse('not-allowed');
      if (live.room.feed(feedId) === undefined) return refuse('no-such-feed');
      const closed = await live.room.run({ type: 'closeFeed', feedId });
      return closed.ok ? done({}) : closed;
    },

    'media.view': ({ live, actor }, { feeds }) => {
      live.media?.view(actor.id, feeds);
      return done({});
    },

    'media.restartIce': async ({ live, actor }, { direction }) => {
      const { media } = live;
      if (media === undefined) return refuse('room-ended');
      const restarted = await media.restartIce(actor.id, direction);
      return restarted.ok ? done({ iceParameters: restarted.value }) : restarted;
    },

    'media.firstFrame': ({ connection }, { elapsedMs }) => {
      if (connection.tellsFirstFrame()) firstFrameSeconds(elapsedMs / 1000);
      return done({});
    },
  };
}
