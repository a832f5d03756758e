import type { types } from 'mediasoup';

/** What one end of a pipe between nodes has counted since it opened. */
export interface PipeStatistics {
  atMs: number;
  /** Of media, first sendings and repairs together. */
  bytes: number;
  packets: number;
  /** Lost on the way, whether repaired or not; the sending end knows it from the last report, for video alone. */
  packetsLost: number;
  packetsRepaired: number;
  /** Undefined until both ends have reported. */
  rttMs: number | undefined;
  /** The worst stream's. */
  jitterMs: number;
}

/** What happened between two looks at the same end of a pipe. */
export interface PipeRates {
  bitrateBps: number;
  /** Share of the packets that were lost on their first way, 0 to 1. */
  lossFraction: number;
}

type StreamStats = types.RtpStreamSendStats | types.RtpStreamRecvStats;

/** Adds up the streams of one end; `statistics` as its consumers or its producer gave them. */
export function pipeStatistics(
  statistics: readonly StreamStats[],
  end: 'sending' | 'receiving',
  atMs: number,
): PipeStatistics {
  const wanted = end === 'sending' ? 'outbound-rtp' : 'inbound-rtp';
  const sum: PipeStatistics = {
    atMs,
    bytes: 0,
    packets: 0,
    packetsLost: 0,
    packetsRepaired: 0,
    rttMs: undefined,
    jitterMs: 0,
  };
  for (const stream of statistics) {
    if (stream.type !== wanted) continue;
    sum.bytes += stream.byteCount;
    sum.packets += stream.packetCount;
    sum.packetsRepaired += stream.packetsRepaired;
    sum.jitterMs = Math.max(sum.jitterMs, (1000 * stream.jitter) / clockRateOf(stream));
    // An Opus report may speak of the losses of viewers, so that the publisher adds FEC: it says nothing of this link.
    if (end === 'receiving' || stream.kind === 'video') sum.packetsLost += Math.max(0, stream.packetsLost);
    if (stream.roundTripTime) sum.rttMs = Math.max(sum.rttMs ?? 0, stream.roundTripTime);
  }
  return sum;
}

/** Rates between two looks; of the first look when there was none before. */
export function pipeRates(before: PipeStatistics | undefined, now: PipeStatistics): PipeRates {
  const packets = now.packets - (before?.packets ?? 0);
  const lost = Math.max(0, now.packetsLost - (before?.packetsLost ?? 0));
  const elapsedMs = before === undefined ? 0 : now.atMs - before.atMs;
  return {
    bitrateBps: elapsedMs > 0 ? (8000 * (now.bytes - (before?.bytes ?? 0))) / elapsedMs : 0,
    lossFraction: packets > 0 ? Math.min(1, lost / packets) : 0,
  };
}

function clockRateOf({ kind }: StreamStats): number {
  return kind === 'audio' ? 48_000 : 90_000;
}
