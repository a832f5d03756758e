import type { Logger } from 'pino';
import type { RtpCapabilitiesMessage } from '../../protocol/mediaParameters.ts';
import type { MediaSettings } from './mediaSettings.ts';
import type { RoomMediaEvents } from './mediaTypes.ts';
import type { WorkerPool } from './workerPool.ts';

/** What every part of one room's media needs to know. */
export interface RoomContext {
  readonly settings: MediaSettings;
  readonly pool: WorkerPool;
  readonly routerCapabilities: RtpCapabilitiesMessage;
  readonly log: Logger;
  readonly events: RoomMediaEvents;
}

/**
 * The same events, each delivered after the code that announces it has returned, so that no listener runs in the
 * middle of a change. Nothing is delivered once `closed()` says so, and a listener's error stays its own.
 */
export function deferred(events: RoomMediaEvents, closed: () => boolean, log: Logger): RoomMediaEvents {
  const later = (announce: () => void): void => {
    announceLater(log, () => {
      if (!closed()) announce();
    });
  };
  return {
    consumersAdded: (...told) => later(() => events.consumersAdded(...told)),
    consumersClosed: (...told) => later(() => events.consumersClosed(...told)),
    feedLost: (...told) => later(() => events.feedLost(...told)),
    mediaLost: (...told) => later(() => events.mediaLost(...told)),
    mediaClosed: (...told) => later(() => events.mediaClosed(...told)),
    keyframeWanted: (...told) => later(() => events.keyframeWanted(...told)),
    pliSent: (...told) => later(() => events.pliSent(...told)),
    layersWanted: (...told) => later(() => events.layersWanted(...told)),
    speaker: (...told) => later(() => events.speaker(...told)),
    quality: (...told) => later(() => events.quality(...told)),
  };
}

/** Announces one event after the code that does so has returned. */
export function announceLater(log: Logger, announce: () => void): void {
  queueMicrotask(() => {
    try {
      announce();
    } catch (error) {
      log.error({ err: error }, 'a listener of media events failed');
    }
  });
}
