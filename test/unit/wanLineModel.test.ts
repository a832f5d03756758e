import { describe, expect, test } from '@jest/globals';
import { Random } from '../support/random.ts';
import { LineModel } from '../wan/lineModel.ts';
import { clearWay } from '../wan/wanProfile.ts';
import type { WayProfile } from '../wan/wanProfile.ts';

function model(profile: Partial<WayProfile>, seed = 7): LineModel {
  const random = new Random(seed);
  return new LineModel({ ...clearWay, ...profile }, () => random.next());
}

/** Sends packets at an even pace; their arrivals, and whether each was lost. */
function sendEvenly(line: LineModel, packets: number, spacingMs: number, bytes = 1000) {
  return Array.from({ length: packets }, (_, index) => {
    const fate = line.offer(bytes, index * spacingMs);
    if (fate.kind === 'overflow') throw new Error('overflow');
    return { lateMs: fate.atMs - index * spacingMs, atMs: fate.atMs, lost: fate.kind === 'lost' };
  });
}

/** Lengths of the runs of lost packets. */
function bursts(sent: { lost: boolean }[]): number[] {
  const text = sent.map(({ lost }) => (lost ? 'x' : ' ')).join('');
  return text
    .split(/ +/)
    .filter(Boolean)
    .map((run) => run.length);
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('delay', () => {
  test('is what the profile says, on top of the time that the packet takes on a narrow line', () => {
    expect(model({ delayMs: 40 }).offer(1000, 500)).toEqual({ kind: 'arrives', atMs: 540 });
    const narrow = model({ delayMs: 40, bandwidthBps: 1_000_000 });
    expect(narrow.offer(1250, 500)).toEqual({ kind: 'arrives', atMs: 550 });
    // The second waits for the first.
    expect(narrow.offer(1250, 500)).toEqual({ kind: 'arrives', atMs: 560 });
  });

  test('changes at once with the profile, and a packet sent later never comes earlier', () => {
    const line = model({ delayMs: 100 });
    line.offer(1000, 0);
    line.set({ ...clearWay, delayMs: 10 });
    expect(line.offer(1000, 1)).toEqual({ kind: 'arrives', atMs: 100 });
    expect(line.offer(1000, 95)).toEqual({ kind: 'arrives', atMs: 105 });
  });
});

describe('jitter', () => {
  test.each([0.1, 1, 20, 500])(
    'keeps to its bounds and the order of packets sent every %d ms',
    (spacingMs) => {
      const sent = sendEvenly(model({ delayMs: 50, jitterMs: 20 }), 20_000, spacingMs);
      const late = sent.map(({ lateMs }) => lateMs);
      expect(Math.min(...late)).toBeGreaterThanOrEqual(50);
      expect(Math.max(...late)).toBeLessThanOrEqual(70);
      expect(sent.every(({ atMs }, index) => index === 0 || atMs >= sent[index - 1]!.atMs)).toBe(true);
      // It wanders over its whole range, and is no constant delay.
      expect(mean(late)).toBeGreaterThan(58);
      expect(mean(late)).toBeLessThan(62);
      expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(18);
    },
  );

  test('lets packets overtake where that is asked for', () => {
    const sent = sendEvenly(model({ jitterMs: 20, reorders: true }), 1000, 1);
    const overtaken = sent.filter(({ atMs }, index) => index > 0 && atMs < sent[index - 1]!.atMs);
    expect(overtaken.length).toBeGreaterThan(300);
  });
});

describe('loss', () => {
  test('at random has its ratio, and no longer bursts than chance makes', () => {
    const sent = sendEvenly(model({ loss: { kind: 'random', ratio: 0.1 } }), 200_000, 1);
    expect(mean(sent.map(({ lost }) => Number(lost)))).toBeCloseTo(0.1, 2);
    expect(mean(bursts(sent))).toBeCloseTo(1 / 0.9, 1);
  });

  test.each([
    { ratio: 0.02, meanBurst: 4 },
    { ratio: 0.2, meanBurst: 10 },
    { ratio: 0.5, meanBurst: 3 },
  ])('in bursts has its ratio and its length of burst: %o', ({ ratio, meanBurst }) => {
    const sent = sendEvenly(model({ loss: { kind: 'gilbert', ratio, meanBurst } }), 400_000, 1);
    const measured = mean(sent.map(({ lost }) => Number(lost)));
    expect(Math.abs(measured / ratio - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(bursts(sent)) / meanBurst - 1)).toBeLessThan(0.05);
  });

  test('takes the same packets with the same seed, and others with another one', () => {
    const lossy: Partial<WayProfile> = { jitterMs: 5, loss: { kind: 'gilbert', ratio: 0.1, meanBurst: 3 } };
    const run = (seed: number) => sendEvenly(model(lossy, seed), 1000, 2);
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});

describe('a narrow line', () => {
  test('passes on what it is wide, and drops what its queue has no room for', () => {
    const line = model({ bandwidthBps: 2_000_000, queueMs: 100 });
    let arrivedBytes = 0;
    let lastMs = 0;
    let dropped = 0;
    // Twice what fits, for ten seconds.
    for (let packet = 0; packet < 5000; packet++) {
      const fate = line.offer(1000, packet * 2);
      if (fate.kind === 'arrives') {
        arrivedBytes += 1000;
        lastMs = fate.atMs;
        expect(fate.atMs - packet * 2).toBeLessThanOrEqual(104);
      } else dropped++;
    }
    expect((arrivedBytes * 8000) / lastMs).toBeCloseTo(2_000_000, -3);
    expect(dropped / 5000).toBeCloseTo(0.5, 1);
  });

  test('says when there will be room, and then there is', () => {
    const line = model({ bandwidthBps: 1_000_000, queueMs: 20 });
    for (let packet = 0; packet < 3; packet++) expect(line.offer(1250, 0).kind).toBe('arrives');
    expect(line.offer(1250, 0)).toEqual({ kind: 'overflow', roomAtMs: 10 });
    expect(line.offer(1250, 10)).toEqual({ kind: 'arrives', atMs: 40 });
  });
});
