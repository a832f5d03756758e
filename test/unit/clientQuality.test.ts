import { describe, expect, test } from '@jest/globals';
import { connectionQuality, goodQuality, steadyQuality } from '../../client/connectionQuality.ts';
import { ReportPair } from '../../client/mediaReports.ts';
import type { MediaReport } from '../../client/mediaReports.ts';

describe('the quality of a connection', () => {
  test('nothing measured, or nothing wrong, is good and needs no words', () => {
    expect(connectionQuality({})).toEqual(goodQuality);
    expect(connectionQuality({ rttMs: 80, uplinkLoss: 0.01, downlinkLoss: 0, frozen: 0 })).toEqual(
      goodQuality,
    );
  });

  test('the worst symptom speaks, and says whose side it is on', () => {
    expect(connectionQuality({ uplinkLoss: 0.2, rttMs: 300 })).toEqual({
      level: 'poor',
      sentence: 'Your uplink is losing packets',
    });
    expect(connectionQuality({ uplinkLoss: 0.04, downlinkLoss: 0.3 }).sentence).toBe(
      'Your connection is losing packets',
    );
    expect(connectionQuality({ rttMs: 300 }).level).toBe('fair');
  });

  test('a limited encoder is worth a word only when nothing else is wrong', () => {
    expect(connectionQuality({ limitation: 'cpu' }).level).toBe('fair');
    expect(connectionQuality({ limitation: 'bandwidth', uplinkLoss: 0.2 }).sentence).toMatch(/losing/);
  });

  test('one bad moment is not told, two are', () => {
    const poor = connectionQuality({ uplinkLoss: 0.5 });
    expect(steadyQuality(goodQuality, goodQuality, poor)).toEqual(goodQuality);
    expect(steadyQuality(goodQuality, poor, poor)).toEqual(poor);
    expect(steadyQuality(poor, poor, goodQuality)).toEqual(poor);
  });
});

describe('two looks at the statistics', () => {
  const look = (report: Partial<MediaReport>): Map<string, MediaReport> =>
    new Map([['in', { id: 'in', type: 'inbound-rtp', timestamp: 0, ...report }]]);

  test('give bitrate and loss of the time between them', () => {
    const before = look({ timestamp: 1000, bytesReceived: 1000, packetsReceived: 100, packetsLost: 50 });
    const now = look({ timestamp: 3000, bytesReceived: 26_000, packetsReceived: 190, packetsLost: 60 });
    const pair = new ReportPair(now, before);
    const [report] = pair.ofType('inbound-rtp');
    expect(pair.bitrateBps(report!, 'bytesReceived')).toBe(100_000);
    expect(pair.lossOf(report!)).toBeCloseTo(0.1);
  });

  test('the first look has no bitrate, and a counter that went back counts as nothing', () => {
    const first = new ReportPair(look({ bytesReceived: 500 }));
    expect(first.bitrateBps(first.ofType('inbound-rtp')[0]!, 'bytesReceived')).toBe(0);
    const back = new ReportPair(look({ timestamp: 9, packetsLost: 3 }), look({ packetsLost: 5 }));
    expect(back.lossOf(back.ofType('inbound-rtp')[0]!)).toBe(0);
  });
});
