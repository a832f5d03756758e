/** The parts of WebRTC's statistics that are read here; which are there depends on the browser. */
export interface MediaReport {
  id: string;
  type: string;
  timestamp: number;
  kind?: string;
  mid?: string;
  rid?: string;
  codecId?: string;
  localId?: string;
  active?: boolean;
  mimeType?: string;
  bytesSent?: number;
  bytesReceived?: number;
  packetsSent?: number;
  packetsReceived?: number;
  packetsLost?: number;
  fractionLost?: number;
  roundTripTime?: number;
  frameWidth?: number;
  frameHeight?: number;
  framesPerSecond?: number;
  framesEncoded?: number;
  framesDecoded?: number;
  keyFramesEncoded?: number;
  keyFramesDecoded?: number;
  jitterBufferDelay?: number;
  jitterBufferEmittedCount?: number;
  totalAudioEnergy?: number;
  totalFreezesDuration?: number;
  qualityLimitationReason?: string;
  nominated?: boolean;
  state?: string;
  currentRoundTripTime?: number;
  availableOutgoingBitrate?: number;
}

/** One look at a transport's statistics, beside the look before it. */
export class ReportPair {
  readonly now: ReadonlyMap<string, MediaReport>;
  readonly #before: ReadonlyMap<string, MediaReport>;

  constructor(now: ReadonlyMap<string, MediaReport>, before: ReadonlyMap<string, MediaReport> = new Map()) {
    this.now = now;
    this.#before = before;
  }

  ofType(type: string): MediaReport[] {
    return [...this.now.values()].filter((report) => report.type === type);
  }

  /** How much a counter grew since the look before; all of it at the first look. */
  growth(report: MediaReport, counter: CounterName): number {
    const before = this.#before.get(report.id)?.[counter] ?? 0;
    return Math.max(0, (report[counter] ?? 0) - before);
  }

  /** Milliseconds since the look before; undefined at the first. */
  elapsedMs(report: MediaReport): number | undefined {
    const before = this.#before.get(report.id);
    return before === undefined ? undefined : report.timestamp - before.timestamp;
  }

  bitrateBps(report: MediaReport, counter: 'bytesSent' | 'bytesReceived'): number {
    const elapsedMs = this.elapsedMs(report) ?? 0;
    return elapsedMs > 0 ? (this.growth(report, counter) * 8000) / elapsedMs : 0;
  }

  /** Share of the packets of the last while that did not arrive here. */
  lossOf(report: MediaReport): number {
    const lost = this.growth(report, 'packetsLost');
    const all = lost + this.growth(report, 'packetsReceived');
    return all === 0 ? 0 : lost / all;
  }

  /** The way the packets take. */
  get path(): MediaReport | undefined {
    return this.ofType('candidate-pair').find(
      ({ nominated, state }) => nominated === true && state === 'succeeded',
    );
  }

  codecOf(report: MediaReport): string {
    const mimeType = report.codecId === undefined ? undefined : this.now.get(report.codecId)?.mimeType;
    return mimeType?.split('/')[1] ?? '';
  }
}

export type CounterName = {
  [K in keyof MediaReport]-?: NonNullable<MediaReport[K]> extends number ? K : never;
}[keyof MediaReport];

/** Looks at a transport from time to time, and remembers the look before. */
export class ReportReader {
  readonly #before = new WeakMap<object, ReadonlyMap<string, MediaReport>>();

  async read(transport: { getStats(): Promise<RTCStatsReport> }): Promise<ReportPair> {
    const now = new Map<string, MediaReport>();
    (await transport.getStats()).forEach((report: MediaReport, id) => now.set(id, report));
    const pair = new ReportPair(now, this.#before.get(transport));
    this.#before.set(transport, now);
    return pair;
  }
}
