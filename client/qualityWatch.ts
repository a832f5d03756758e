import type { types } from 'mediasoup-client';
import { connectionQuality, goodQuality, steadyQuality } from './connectionQuality.ts';
import type { QualitySample } from './connectionQuality.ts';
import { ReportReader } from './mediaReports.ts';
import type { ReportPair } from './mediaReports.ts';
import type { ConnectionQuality } from './types.ts';

const everyMs = 2000;
/** An encoder needs a while to find what the uplink can carry; until then its limits say nothing. */
const warmUpMs = 15_000;

/** Looks at the connection every two seconds while the room is live. */
export class QualityWatch {
  quality: ConnectionQuality = goodQuality;
  readonly #transports: () => types.Transport[];
  readonly #changed: (quality: ConnectionQuality) => void;
  readonly #sendingSinceMs = new WeakMap<types.Transport, number>();
  #reader = new ReportReader();
  #before = goodQuality;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(transports: () => types.Transport[], changed: (quality: ConnectionQuality) => void) {
    this.#transports = transports;
    this.#changed = changed;
  }

  start(): void {
    this.#reader = new ReportReader();
    this.#timer ??= setInterval(() => void this.#look().catch(() => undefined), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const sample: QualitySample = {};
    for (const transport of this.#transports()) {
      if (transport.connectionState !== 'connected') continue;
      const reports = await this.#reader.read(transport);
      sample.rttMs = Math.max(sample.rttMs ?? 0, (reports.path?.currentRoundTripTime ?? 0) * 1000);
      if (transport.direction === 'send') this.#sending(sample, reports, transport);
      else receiving(sample, reports);
    }
    if (this.#timer === undefined) return;
    const now = connectionQuality(sample);
    const steady = steadyQuality(this.quality, this.#before, now);
    this.#before = now;
    if (steady.level === this.quality.level && steady.sentence === this.quality.sentence) return;
    this.quality = steady;
    this.#changed(steady);
  }

  #sending(sample: QualitySample, reports: ReportPair, transport: types.Transport): void {
    const losses = reports.ofType('remote-inbound-rtp').map(({ fractionLost }) => fractionLost ?? 0);
    if (losses.length > 0) sample.uplinkLoss = Math.max(...losses);
    const sinceMs = this.#sendingSinceMs.get(transport) ?? performance.now();
    this.#sendingSinceMs.set(transport, sinceMs);
    if (performance.now() - sinceMs < warmUpMs) return;
    const reasons = reports
      .ofType('outbound-rtp')
      .map(({ qualityLimitationReason }) => qualityLimitationReason);
    const limitation = (['bandwidth', 'cpu'] as const).find((reason) => reasons.includes(reason));
    if (limitation !== undefined) sample.limitation = limitation;
  }
}

function receiving(sample: QualitySample, reports: ReportPair): void {
  // At the first look the counters tell of a time long past.
  const feeds = reports.ofType('inbound-rtp').filter((report) => reports.elapsedMs(report) !== undefined);
  if (feeds.length === 0) return;
  sample.downlinkLoss = Math.max(...feeds.map((report) => reports.lossOf(report)));
  sample.frozen = Math.max(...feeds.map((report) => frozenShare(reports, report)));
}

function frozenShare(reports: ReportPair, report: Parameters<ReportPair['elapsedMs']>[0]): number {
  const elapsedMs = reports.elapsedMs(report) ?? 0;
  return elapsedMs > 0 ? (reports.growth(report, 'totalFreezesDuration') * 1000) / elapsedMs : 0;
}
