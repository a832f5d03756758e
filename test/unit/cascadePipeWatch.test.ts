import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import { PipeWatch } from '../../server/cascade/pipeWatch.ts';
import type { WatchedPipe } from '../../server/cascade/pipeWatch.ts';

const packetsPerSample = 100;

/** A pipe of three layers from `us-1` that loses a share of its packets. */
class LossyPipe implements WatchedPipe {
  readonly up = { from: 'us-1' as NodeId, fromRegion: 'us' as RegionId, reason: { kind: 'origin' } as const };
  readonly topLayer = 2;
  lossRatio = 0;
  ceiling: number | undefined;
  #packets = 0;
  #lost = 0;

  statistics(): ReturnType<WatchedPipe['statistics']> {
    this.#packets += packetsPerSample;
    this.#lost += packetsPerSample * this.lossRatio;
    const { atMs, packets, packetsLost } = {
      atMs: Date.now(),
      packets: this.#packets,
      packetsLost: this.#lost,
    };
    return Promise.resolve({
      atMs,
      packets,
      packetsLost,
      bytes: 1000 * packets,
      jitterMs: 0,
      rttMs: undefined,
    });
  }

  limit(maxSpatialLayer: number | undefined): void {
    this.ceiling = maxSpatialLayer;
  }
}

describe('the watch over the pipes', () => {
  const pipes = new Map<string, WatchedPipe>();
  let standingRttMs: number;
  let watch: PipeWatch;

  function open(name: string): LossyPipe {
    const pipe = new LossyPipe();
    pipes.set(name, pipe);
    watch.limit(pipe);
    watch.start();
    return pipe;
  }
  const pass = (seconds: number): Promise<void> => jest.advanceTimersByTimeAsync(1000 * seconds);

  beforeEach(() => {
    jest.useFakeTimers();
    pipes.clear();
    standingRttMs = 80;
    // The smoothed round trip is high throughout: one late answer after a cut does that for many seconds.
    const wire = { rttMs: () => 900, standingRttMs: () => standingRttMs, doubt: () => undefined };
    watch = new PipeWatch(pipes, wire, () => performance.now());
  });
  afterEach(() => {
    watch.close();
    jest.useRealTimers();
  });

  test('has a way that loses packets carry less, and a new pipe by the same way as little', async () => {
    const camera = open('camera');
    await pass(5);
    expect(camera.ceiling).toBeUndefined();
    camera.lossRatio = 0.3;
    await pass(2);
    expect(camera.ceiling).toBe(1);
    expect(open('screen').ceiling).toBe(1);
  });

  test('sheds for a queue that stands on the way', async () => {
    const camera = open('camera');
    await pass(5);
    standingRttMs = 200;
    await pass(3);
    expect(camera.ceiling).toBe(1);
  });

  test('begins anew with a way by which nothing came any more', async () => {
    const camera = open('camera');
    camera.lossRatio = 0.3;
    await pass(10);
    expect(camera.ceiling).toBe(0);
    pipes.clear();
    await pass(2);
    expect(open('camera').ceiling).toBeUndefined();
  });
});
