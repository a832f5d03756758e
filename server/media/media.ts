import { setLogEventListeners } from 'mediasoup';
import type { Logger } from 'pino';
import { routerCapabilities } from './codecs.ts';
import type { MediaSettings } from './mediaSettings.ts';
import type { Media } from './mediaTypes.ts';
import { MediasoupRoom } from './roomMedia.ts';
import { WorkerPool } from './workerPool.ts';

/** Starts the media side of a node; rejects when its workers cannot be started. */
export async function createMedia(settings: MediaSettings, log: Logger): Promise<Media> {
  let closing = false;
  setLogEventListeners({
    onwarn: (namespace, text) => log.warn({ namespace }, text),
    // A worker that is told to end complains that nobody reads its last words.
    onerror: (namespace, text, error) => log[closing ? 'debug' : 'error']({ namespace, err: error }, text),
  });
  const rtpCapabilities = routerCapabilities();
  const pool = await WorkerPool.start(settings, log);
  const rooms = new Set<MediasoupRoom>();
  return {
    rtpCapabilities,
    openRoom(roomId, events) {
      const context = {
        settings,
        pool,
        routerCapabilities: rtpCapabilities,
        log: log.child({ roomId }),
        events,
      };
      const room: MediasoupRoom = new MediasoupRoom(context, () => rooms.delete(room));
      rooms.add(room);
      return room;
    },
    workers: () => pool.live.map((worker) => worker.status()),
    async close() {
      closing = true;
      for (const room of rooms) room.close();
      await pool.close();
    },
  };
}
