import type { SystemKind } from '../systems.ts';

/** A room on one of the two servers, and the tokens of those who enter it. */
export interface Target {
  system: SystemKind;
  origin: string;
  room: string;
  tokens: string[];
}

/** Moments of one join, in ms from its start; those that did not occur are absent. */
export interface JoinMarks {
  /** The socket is open (Tributary only: the bare server is asked by plain HTTP). */
  socketOpen?: number;
  /** The join was sent. */
  asked?: number;
  /** The answer to the join is here. */
  answered?: number;
  /** The browser's peer connection was made. */
  connectionMade?: number;
  /** The peer connection knows what it will receive, */
  offered?: number;
  /** and has answered that. */
  described?: number;
  /** It has the first address of its own. */
  candidate?: number;
  iceConnected?: number;
  dtlsConnected?: number;
  /** The last packet of the first picture shown came (not known of pictures that are dropped). */
  received?: number;
}

export interface JoinOutcome {
  /** From the start of the join to the first frame; absent when there was none in time. */
  firstFrameMs?: number;
  error?: string;
  marks: JoinMarks;
}

/** Keyframes the publisher has encoded so far, by layer, at a moment of the wall clock. */
export interface KeyframeSample {
  atMs: number;
  byLayer: Record<string, number>;
}

/** What all viewers of this page have received so far, together. */
export interface Received {
  packets: number;
  bytes: number;
  /** Connections whose media comes by TCP, because UDP did not get through. */
  tcpPaths: number;
}

/** What the benchmark's page can be asked from outside. */
export interface BenchPage {
  /** Publishes the camera and the microphone; resolves when media flows. */
  startHost(target: Target): Promise<void>;
  /** The samples since the last call. */
  keyframes(): KeyframeSample[];
  /**
   * Joins one viewer for each token, `gapsMs[i]` after the one before. `render: true` decodes and shows the picture,
   * otherwise frames are dropped undecoded. With `stayMs` each viewer leaves that long after its first frame.
   */
  startViewers(
    target: Target,
    options: { gapsMs: number[]; render: boolean; stayMs?: number },
  ): Promise<JoinOutcome[]>;
  received(): Promise<Received>;
  /** Everybody in this page leaves. */
  stop(): Promise<void>;
}

/** When a viewer's first frame was shown, or dropped; and when it had come. By `performance.now()`. */
export interface FirstFrame {
  atMs: number;
  receivedMs?: number;
}

/** A viewer on his way in or watching. */
export interface Watching {
  firstFrame: Promise<FirstFrame>;
  leave(): Promise<void>;
}
