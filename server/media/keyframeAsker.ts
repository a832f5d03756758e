import type { types } from 'mediasoup';
import { KeyframePacing, originPlace } from './keyframePacing.ts';
import type { KeyframeSettings } from './mediaSettings.ts';

/** What mediasoup tells about the first packet of a keyframe. */
interface KeyframeTrace {
  isRtx?: boolean;
  rtpPacket?: { ssrc: number; timestamp: number };
}

/** What a producer has to be watched for to tell of keyframes that mediasoup asks for by RTCP. */
export const pliTraces = ['pli', 'fir'] as const;

/** Whether mediasoup has asked the publisher for a keyframe, by PLI or its elder. */
export function isPliSent({ type, direction }: types.ProducerTraceEventData): boolean {
  return (type === 'pli' || type === 'fir') && direction === 'out';
}

/** Runs one feed's `KeyframePacing` on the real clock and on what its producers report. */
export class KeyframeAsker {
  readonly #pacing: KeyframePacing;
  readonly #ask: () => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: KeyframeSettings, ask: () => void) {
    this.#pacing = new KeyframePacing(settings);
    this.#ask = ask;
  }

  ready(id: string, place: string, confirms: boolean): void {
    this.#pacing.ready(id, place, confirms, performance.now());
    this.#look();
  }

  /** Whether other nodes take the feed from here. */
  setPiped(piped: boolean): void {
    this.#pacing.setPiped(piped);
  }

  served(id: string): void {
    this.#pacing.served(id);
  }

  /** Listens to the feed's producer, or to its piped copy at another `place`. */
  async watch(producer: types.Producer, place: string): Promise<void> {
    producer.on('trace', (trace) => {
      if (trace.type === 'keyframe') this.#sawKeyframe(place, trace.info);
      else if (isPliSent(trace)) this.#pacing.pli(performance.now());
    });
    // mediasoup moves everybody to another layer then; its PLI comes to nothing so soon after a keyframe.
    let layersSent = 0;
    producer.on('score', (scores) => {
      const sent = scores.filter(({ score }) => score > 0).length;
      if (sent < layersSent && sent > 0) this.ready(`layer gone ${place}`, place, false);
      layersSent = sent;
    });
    await producer.enableTraceEvent(place === originPlace ? ['keyframe', ...pliTraces] : ['keyframe']);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #sawKeyframe(place: string, { isRtx, rtpPacket }: KeyframeTrace): void {
    if (isRtx || !rtpPacket) return;
    this.#pacing.keyframe(place, rtpPacket.ssrc, rtpPacket.timestamp, performance.now());
    this.#look();
  }

  #look(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const nowMs = performance.now();
    const { ask, wakeAtMs } = this.#pacing.next(nowMs);
    if (ask) this.#ask();
    if (wakeAtMs !== undefined) this.#timer = setTimeout(() => this.#look(), Math.ceil(wakeAtMs - nowMs));
  }
}
