import { describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup';
import { pipeRates, pipeStatistics } from '../../server/media/pipeStatistics.ts';

function stream(more: Partial<types.RtpStreamRecvStats>): types.RtpStreamRecvStats {
  return {
    type: 'inbound-rtp',
    kind: 'video',
    byteCount: 1000,
    packetCount: 100,
    packetsLost: 5,
    packetsRepaired: 4,
    jitter: 90,
    ...more,
  } as types.RtpStreamRecvStats;
}

describe('the statistics of a pipe between nodes', () => {
  test('add up its layers, with the worst round trip and jitter', () => {
    const layers = [stream({ roundTripTime: 80 }), stream({ jitter: 450, roundTripTime: 90 })];
    expect(pipeStatistics(layers, 'receiving', 7)).toEqual({
      atMs: 7,
      bytes: 2000,
      packets: 200,
      packetsLost: 10,
      packetsRepaired: 8,
      rttMs: 90,
      jitterMs: 5,
    });
  });

  test('of the sending end leave out what came in before, and what reports about sound say of viewers', () => {
    const streams = [
      stream({}),
      stream({ type: 'outbound-rtp', kind: 'audio', jitter: 480 }),
      stream({ type: 'outbound-rtp', packetsLost: -1, roundTripTime: 0 }),
    ];
    expect(pipeStatistics(streams, 'sending', 0)).toMatchObject({
      packets: 200,
      packetsLost: 0,
      rttMs: undefined,
      jitterMs: 10,
    });
  });

  test('give the loss and the bitrate between two looks', () => {
    const before = pipeStatistics([stream({})], 'receiving', 1000);
    const now = pipeStatistics(
      [stream({ byteCount: 3000, packetCount: 200, packetsLost: 30 })],
      'receiving',
      3000,
    );
    expect(pipeRates(before, now)).toEqual({ bitrateBps: 8000, lossFraction: 0.25 });
    expect(pipeRates(now, now)).toEqual({ bitrateBps: 0, lossFraction: 0 });
    expect(pipeRates(undefined, before)).toEqual({ bitrateBps: 0, lossFraction: 0.05 });
  });
});
