import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { NodeId } from '../../protocol/network.ts';
import { SilenceWatch } from '../../server/cascade/silenceWatch.ts';
import type { FlowingPipe } from '../../server/cascade/silenceWatch.ts';

const id = (name: string): NodeId => name as NodeId;

describe('a node whose media stops', () => {
  const pipes = new Map<string, FlowingPipe>();
  const doubts: [NodeId, number][] = [];
  let watch: SilenceWatch<FlowingPipe>;

  /** `flow()` tells how many packets have come by it, or that it is gone. */
  function pipe(name: string, from: string, bitrate: number, flow: () => number | undefined): void {
    const one = {
      up: { from: id(from) },
      bitrate,
      statistics: () => {
        const packets = flow();
        return Promise.resolve(packets === undefined ? undefined : { packets });
      },
    };
    pipes.set(name, one);
  }
  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    pipes.clear();
    doubts.length = 0;
    watch = new SilenceWatch<FlowingPipe>(
      pipes,
      { rttMs: () => 80, doubt: (nodeId, withinMs) => doubts.push([nodeId, withinMs]) },
      (one) => (one as unknown as { bitrate: number }).bitrate,
    );
  });
  afterEach(() => {
    watch.close();
    jest.useRealTimers();
  });

  test('is doubted once, for two round trips and some time to answer', async () => {
    let packets = 0;
    let flows = true;
    pipe('camera', 'eu-1', 1e6, () => (flows ? (packets += 10) : packets));
    let others = 0;
    pipe('other', 'eu-2', 1e6, () => (others += 10));
    watch.start();
    await pass(2000);
    expect(doubts).toEqual([]);
    flows = false;
    await pass(350);
    expect(doubts).toEqual([['eu-1', 460]]);
    await pass(5000);
    expect(doubts).toHaveLength(1);
    flows = true;
    await pass(1000);
    flows = false;
    await pass(1000);
    expect(doubts).toHaveLength(2);
  });

  test('is not doubted where nothing ever came, or now and then, where the pipe is gone, or where a lesser one stops', async () => {
    let packets = 0;
    let gone = false;
    pipe('muted', 'eu-1', 0, () => 0);
    pipe('camera', 'eu-2', 1e6, () => (gone ? undefined : (packets += 10)));
    pipe('microphone', 'eu-2', 1e4, () => 7);
    let looks = 0;
    pipe('quiet', 'eu-3', 1e4, () => Math.floor(looks++ / 3));
    watch.start();
    await pass(1000);
    gone = true;
    await pass(1000);
    expect(doubts).toEqual([]);
  });

  test('is not looked at while there is no pipe, and is again when there is one', async () => {
    watch.start();
    await pass(1000);
    let looks = 0;
    pipe('camera', 'eu-1', 1e6, () => (looks += 1));
    watch.start();
    await pass(1000);
    expect(looks).toBeGreaterThan(2);
    pipes.clear();
    await pass(1000);
    const before = looks;
    await pass(1000);
    expect(looks).toBe(before);
  });
});
