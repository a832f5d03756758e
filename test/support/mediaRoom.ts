import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { JoinMedia } from '../../protocol/clientMessages.ts';
import type { Result } from '../../protocol/errors.ts';
import { feedIdOf } from '../../protocol/identity.ts';
import type { ParticipantId, RoomId, Source } from '../../protocol/identity.ts';
import type { ConsumerInfo } from '../../protocol/serverMessages.ts';
import { createMedia } from '../../server/media/media.ts';
import { defaultMediaSettings } from '../../server/media/mediaSettings.ts';
import type { MediaSettings } from '../../server/media/mediaSettings.ts';
import type { Media, PeerJoin, RoomMedia, RoomMediaEvents } from '../../server/media/mediaTypes.ts';
import { findWorkerBin } from '../../tools/worker/workerPath.mjs';
import { freePorts } from './ports.ts';
import { cameraParameters, microphoneParameters } from './rtpParameters.ts';

export const [ann, bob, cid, dan] = ['ann', 'bob', 'cid', 'dan'] as ParticipantId[] as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
  ParticipantId,
];

export const fingerprints = [
  { algorithm: 'sha-256' as const, value: Array.from({ length: 32 }, () => 'ab').join(':') },
];

/** Real workers on free ports. */
export async function startMedia(settings: Partial<MediaSettings> = {}): Promise<Media> {
  const workers = settings.workers ?? 1;
  const [rtcPortBase] = await freePorts(workers);
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const workerBin = findWorkerBin();
  return createMedia(
    { ...defaultMediaSettings, workers, rtcPortBase: rtcPortBase!, workerBin, ...settings },
    log,
  );
}

/** One event as it was told, e.g. `['feedLost', 'ann:camera']`. */
export type ToldEvent = {
  [E in keyof RoomMediaEvents]: [E, ...Parameters<RoomMediaEvents[E]>];
}[keyof RoomMediaEvents];

/** A room whose events are written down. */
export class TestRoom {
  readonly room: RoomMedia;
  readonly told: ToldEvent[] = [];
  readonly #media: Media;
  /** Say so at once when a browser would. */
  readyAtOnce = true;

  constructor(media: Media, roomId: string) {
    this.#media = media;
    const write =
      <E extends keyof RoomMediaEvents>(event: E) =>
      (...told: Parameters<RoomMediaEvents[E]>): void => {
        this.told.push([event, ...told] as unknown as ToldEvent);
      };
    this.room = media.openRoom(roomId as RoomId, {
      consumersAdded: (participantId, added, ready) => {
        this.told.push(['consumersAdded', participantId, added, ready]);
        if (this.readyAtOnce) ready();
      },
      consumersClosed: write('consumersClosed'),
      feedLost: write('feedLost'),
      mediaLost: write('mediaLost'),
      mediaClosed: write('mediaClosed'),
      keyframeWanted: write('keyframeWanted'),
      pliSent: write('pliSent'),
      layersWanted: write('layersWanted'),
      speaker: write('speaker'),
      quality: write('quality'),
    });
  }

  join(participantId: ParticipantId, more: Partial<PeerJoin> = {}): Promise<Result<JoinMedia>> {
    const { rtpCapabilities } = this.#media;
    return this.room.join({
      participantId,
      rtpCapabilities,
      fingerprints,
      send: false,
      keyframes: true,
      ...more,
    });
  }

  produce(participantId: ParticipantId, source: Source, more: { ssrc?: number; epoch?: number } = {}) {
    const ssrc = more.ssrc ?? 1000 + Math.floor(Math.random() * 1_000_000);
    const video = source === 'camera' || source === 'screen';
    return this.room.produce({
      participantId,
      feedId: feedIdOf(participantId, source),
      epoch: more.epoch ?? 1,
      source,
      rtpParameters: video ? cameraParameters(ssrc) : microphoneParameters(ssrc),
      paused: false,
    });
  }

  /** The events of one name so far. */
  all<E extends keyof RoomMediaEvents>(event: E): Parameters<RoomMediaEvents[E]>[] {
    return this.told.filter(([name]) => name === event).map(([, ...rest]) => rest as never);
  }

  /** Feeds announced to one person. */
  added(participantId: ParticipantId): ConsumerInfo[] {
    return this.all('consumersAdded').flatMap(([id, added]) => (id === participantId ? added : []));
  }
}

/** Waits until `condition` holds; the error says what was waited for. */
export async function until(what: string, condition: () => boolean, timeoutMs = 5000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`timed out waiting until ${what}`);
    await sleep(5);
  }
}

/** The value of an answer that has to be a success. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.error.code} ${result.error.detail ?? ''}`);
  return result.value;
}
