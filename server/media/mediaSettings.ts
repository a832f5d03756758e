import { availableParallelism } from 'node:os';
import type { types } from 'mediasoup';
import type { PictureSize } from '../../protocol/clientMessages.ts';

/** How keyframes are asked for, see `keyframePacing.ts`. */
export interface KeyframeSettings {
  /** Chromium's sender ignores a PLI that comes within this time of its last keyframe. */
  pliIgnoredMs: number;
  /** `keyFrameRequestDelay` for publishers that make keyframes on a message: PLIs are only the fall-back there. */
  pliSpacingMs: number;
  /** The same for all other publishers: just long enough that no PLI falls into the time in which it is ignored. */
  pliOnlySpacingMs: number;
  /** How long a request may stay without its keyframe before the next is sent. */
  answerMs: number;
  /** Whether a PLI of mediasoup's own may do before a message is sent. */
  pliFirst: boolean;
  /**
   * Least time between two requests by message for one feed: at first, after a third of `burst` was used, and while other
   * nodes take the feed from here.
   */
  askSpacingMs: { ample: number; scarce: number; piped: number };
  /** A publisher makes at most `maxKeyframes` in any `windowMs`, of which `burst` may come at once. */
  maxKeyframes: number;
  windowMs: number;
  burst: number;
  /** A consumer that got no keyframe in this time has another trouble; nothing is asked on its behalf any more. */
  giveUpMs: number;
}

/**
 * For a feed that comes from another node, so far away: there a PLI comes upon others that mediasoup has just sent, and is
 * held back unseen; who waits a round trip to find that out has lost it.
 */
export function importedKeyframes(settings: KeyframeSettings, rttMs: number): KeyframeSettings {
  return { ...settings, answerMs: settings.answerMs + rttMs, pliFirst: false };
}

export interface MediaSettings {
  /** Path of the mediasoup worker's binary; mediasoup's own search when absent. */
  workerBin?: string | undefined;
  workerLogLevel: types.WorkerLogLevel;
  /** Number of worker processes. */
  workers: number;
  /** Address the workers listen on for media. */
  listenIp: string;
  /** Address or host name told to browsers, where it is not `listenIp`. */
  announcedAddress?: string | undefined;
  /** Worker `n` listens on port `rtcPortBase + n`, for UDP and TCP. */
  rtcPortBase: number;
  /** UDP ports on the loopback interface for pipes between workers; must not overlap the ports above. */
  pipePortMin: number;
  pipePortMax: number;
  /** Address on which media from other nodes is received, and its ports. */
  nodePipeIp: string;
  nodePipePortMin: number;
  nodePipePortMax: number;
  /** The IP address told to other nodes, where it is not `nodePipeIp`. */
  nodePipeAnnouncedIp?: string | undefined;
  /** A feed's new upstream has to be live for this long before viewers are moved to it from one that still works. */
  reparentWarmMs: number;
  /** The old upstream goes on for this long after that. */
  reparentOverlapMs: number;
  /** Viewers get this long to leave a layer before a congested link is freed of it. */
  shedAfterMs: number;
  /** What a new viewer's line is taken for until it was measured; decides the first layer he gets. */
  initialOutgoingBps: number;
  /** Cap on what one publisher may send, all sources together. */
  maxIncomingBps: number;
  /** Who sends `excessFactor` times that for `excessSamples` samples in a row loses his send transport. */
  excessFactor: number;
  excessSamples: number;
  incomingSampleMs: number;
  /** Receiving transports a router takes before the room grows onto another worker. */
  viewersPerShard: number;
  /** Worker load (0 to 1) above which a room grows onto another worker. */
  shardCpuCeiling: number;
  /** CPU share that one more viewer is expected to cost, counted until a sample has measured it. */
  viewerCpuCharge: number;
  /** The same for one more publisher, whose three layers all come in. */
  publisherCpuCharge: number;
  cpuSampleMs: number;
  /** A worker that is silent for so many samples hangs; it is ended, and another one started. */
  hungAfterSamples: number;
  /** A worker that does not start, or end, within this time is killed. */
  workerStartMs: number;
  workerEndMs: number;
  /** Whether a worker is kept ready to take the place of one that dies. */
  spareWorker: boolean;
  /** So long after a worker was replaced by the spare one, another spare one is started. */
  spareDelayMs: number;
  /** A layer is switched off at the publisher when nobody wanted it for this long. */
  layersOffAfterMs: number;
  /** What publishers are taken to capture whose page does not say. */
  cameraPicture: PictureSize;
  screenPicture: PictureSize;
  keyframes: KeyframeSettings;
  /** Consumers made in one turn of the event loop when a feed opens. */
  fanOutChunk: number;
  /** Waits before each further attempt to pipe a feed to a worker it could not be piped to. */
  pipeRetriesMs: readonly number[];
  /** After a worker died its viewers come back this far apart, but none later than `rejoinSpreadMs`. */
  rejoinSpacingMs: number;
  rejoinSpreadMs: number;
  /** How long a join waits for a worker that is being replaced. */
  workerWaitMs: number;
  /** How often the loudest microphone is looked for, and how long a pause in speech makes a silence. */
  speakerIntervalMs: number;
  silenceIntervalMs: number;
  /** Below this level (dBov) nobody is speaking. */
  silenceDb: number;
  /** How long a publisher's uplink has to be worse, or better, before the room is told. */
  uplinkWorseAfterMs: number;
  uplinkBetterAfterMs: number;
}

export const defaultMediaSettings: MediaSettings = {
  workerLogLevel: 'warn',
  workers: availableParallelism(),
  listenIp: '127.0.0.1',
  rtcPortBase: 40_000,
  pipePortMin: 50_000,
  pipePortMax: 59_999,
  nodePipeIp: '127.0.0.1',
  nodePipePortMin: 41_000,
  nodePipePortMax: 49_999,
  // mediasoup moves a viewer up to a layer that has been live for two seconds: after that he keeps the one he has.
  reparentWarmMs: 2500,
  reparentOverlapMs: 1500,
  shedAfterMs: 500,
  initialOutgoingBps: 600_000,
  maxIncomingBps: 8_000_000,
  excessFactor: 1.5,
  excessSamples: 3,
  incomingSampleMs: 2000,
  viewersPerShard: 200,
  shardCpuCeiling: 0.7,
  viewerCpuCharge: 0.004,
  publisherCpuCharge: 0.02,
  cpuSampleMs: 1000,
  hungAfterSamples: 10,
  workerStartMs: 10_000,
  workerEndMs: 2000,
  spareWorker: true,
  spareDelayMs: 2000,
  layersOffAfterMs: 3000,
  cameraPicture: { width: 1280, height: 720 },
  screenPicture: { width: 1920, height: 1080 },
  keyframes: {
    pliIgnoredMs: 300,
    pliSpacingMs: 1000,
    pliOnlySpacingMs: 400,
    answerMs: 60,
    pliFirst: true,
    askSpacingMs: { ample: 100, scarce: 200, piped: 340 },
    maxKeyframes: 30,
    windowMs: 10_000,
    burst: 10,
    giveUpMs: 5000,
  },
  fanOutChunk: 10,
  pipeRetriesMs: [500, 1000, 2000, 5000, 10_000, 30_000],
  rejoinSpacingMs: 10,
  rejoinSpreadMs: 1000,
  workerWaitMs: 2000,
  speakerIntervalMs: 300,
  silenceIntervalMs: 800,
  silenceDb: -60,
  uplinkWorseAfterMs: 3000,
  uplinkBetterAfterMs: 6000,
};
