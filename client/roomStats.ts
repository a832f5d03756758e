import type { types } from 'mediasoup-client';
import { ReportReader } from './mediaReports.ts';
import type { MediaReport, ReportPair } from './mediaReports.ts';
import type { LocalSource } from './localSource.ts';
import type { ReceivedFeed } from './receiveMedia.ts';
import type { FeedStats, RoomStats } from './types.ts';

/** What the transports tell. */
type MediaStats = Pick<RoomStats, 'rttMs' | 'availableOutgoingBps' | 'feeds'>;

/** Reads what flows, feed by feed; bitrates and losses are those since the look before. */
export class RoomStatsReader {
  readonly #reader = new ReportReader();

  async read(
    transports: readonly types.Transport[],
    received: readonly ReceivedFeed[],
    sent: readonly LocalSource[],
  ): Promise<MediaStats> {
    const stats: MediaStats = { rttMs: 0, feeds: [] };
    for (const transport of transports) {
      const reports = await this.#reader.read(transport);
      const { path } = reports;
      stats.rttMs = Math.max(stats.rttMs, (path?.currentRoundTripTime ?? 0) * 1000);
      if (transport.direction === 'recv') {
        stats.feeds.push(
          ...received.map((feed) => receivedStats(feed, reports)).filter((feed) => feed !== undefined),
        );
        continue;
      }
      if (path?.availableOutgoingBitrate !== undefined)
        stats.availableOutgoingBps = path.availableOutgoingBitrate;
      stats.feeds.push(...sent.map((feed) => sentStats(feed, reports)).filter((feed) => feed !== undefined));
    }
    return stats;
  }
}

function receivedStats(
  { feedId, source, kind, consumer, dropped, hops }: ReceivedFeed,
  reports: ReportPair,
): FeedStats | undefined {
  const report = reports.ofType('inbound-rtp').find(({ mid }) => mid === consumer?.localId);
  if (report === undefined) return undefined;
  const delayMs =
    (reports.growth(report, 'jitterBufferDelay') * 1000) / reports.growth(report, 'jitterBufferEmittedCount');
  const stats: FeedStats = {
    feedId,
    source,
    kind,
    direction: 'recv',
    codec: reports.codecOf(report),
    bitrateBps: reports.bitrateBps(report, 'bytesReceived'),
    packetsLostRatio: reports.lossOf(report),
    hops,
    ...(Number.isFinite(delayMs) && { jitterBufferMs: delayMs }),
  };
  if (kind === 'audio') return { ...stats, audioEnergy: report.totalAudioEnergy ?? 0 };
  return {
    ...stats,
    ...pictureOf(report),
    frames: dropped?.frames ?? report.framesDecoded ?? 0,
    keyFrames: dropped?.keyFrames ?? report.keyFramesDecoded ?? 0,
  };
}

function sentStats(
  { feedId, source, kind, producer, isSent }: LocalSource,
  reports: ReportPair,
): FeedStats | undefined {
  if (!isSent) return undefined;
  const layers = reports.ofType('outbound-rtp').filter(({ mid }) => mid === producer?.localId);
  const sorted = layers.toSorted(byHeight);
  const largest = sorted.find(({ active }) => active !== false) ?? sorted[0];
  if (largest === undefined) return undefined;
  const ids = new Set(layers.map(({ id }) => id));
  const heard = reports.ofType('remote-inbound-rtp').filter(({ localId = '' }) => ids.has(localId));
  const stats: FeedStats = {
    feedId,
    source,
    kind,
    direction: 'send',
    codec: reports.codecOf(largest),
    bitrateBps: layers.reduce((sum, layer) => sum + reports.bitrateBps(layer, 'bytesSent'), 0),
    packetsLostRatio: Math.max(0, ...heard.map(({ fractionLost }) => fractionLost ?? 0)),
  };
  if (kind === 'audio') return stats;
  return {
    ...stats,
    ...pictureOf(largest),
    frames: largest.framesEncoded ?? 0,
    keyFrames: largest.keyFramesEncoded ?? 0,
    ...(layers.length > 1 && { layers: sorted.map((layer) => layerStats(layer, reports)) }),
  };
}

function layerStats(layer: MediaReport, reports: ReportPair): NonNullable<FeedStats['layers']>[number] {
  return {
    rid: layer.rid ?? '',
    active: layer.active ?? true,
    width: layer.frameWidth ?? 0,
    height: layer.frameHeight ?? 0,
    bitrateBps: reports.bitrateBps(layer, 'bytesSent'),
  };
}

/** Largest first; layers that have not been sent yet have no size, and are in the order of their names. */
function byHeight(one: MediaReport, other: MediaReport): number {
  return (other.frameHeight ?? 0) - (one.frameHeight ?? 0) || (other.rid ?? '').localeCompare(one.rid ?? '');
}

function pictureOf({ frameWidth, frameHeight, framesPerSecond }: MediaReport): Partial<FeedStats> {
  return {
    ...(frameWidth !== undefined && { width: frameWidth }),
    ...(frameHeight !== undefined && { height: frameHeight }),
    ...(framesPerSecond !== undefined && { framesPerSecond }),
  };
}
