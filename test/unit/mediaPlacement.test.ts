import { describe, expect, test } from '@jest/globals';
import { leastLoaded, placeReceiver } from '../../server/media/placement.ts';

const limits = { viewersPerShard: 10, cpuCeiling: 0.7 };
function worker(cpu: number, consumers = 0, placedCpu = 0, routers = 0) {
  return { cpu, consumers, placedCpu, routers };
}
function shard(receivers: number, cpu = 0.1, consumers = 0) {
  return { ...worker(cpu, consumers), receivers };
}

describe('the least loaded worker', () => {
  test('is found by measured CPU, not by count', () => {
    const [busy, idle] = [worker(0.5, 1), worker(0.1, 900)];
    expect(leastLoaded([busy, idle])).toBe(idle);
  });
  test('carries what was placed since the last measurement', () => {
    const [charged, other] = [worker(0.1, 0, 0.2), worker(0.2)];
    expect(leastLoaded([charged, other])).toBe(other);
  });
  test('is the one with fewer consumers among equals', () => {
    const [more, fewer] = [worker(0.101, 5), worker(0.104, 4)];
    expect(leastLoaded([more, fewer])).toBe(fewer);
  });
  test('is the one with fewer routers where consumers are equal too', () => {
    const [more, fewer] = [worker(0.101, 5, 0, 2), worker(0.104, 5, 0, 1)];
    expect(leastLoaded([more, fewer])).toBe(fewer);
  });
  test('is nobody where there is none', () => {
    expect(leastLoaded([])).toBeUndefined();
  });
});

describe('a receiver', () => {
  test('goes to a shard with room', () => {
    const [full, roomy] = [shard(10, 0.01), shard(9, 0.5)];
    expect(placeReceiver([full, roomy], [worker(0)], limits)).toEqual({ shard: roomy });
  });
  test('makes the room grow when its shards are full', () => {
    const free = worker(0.2);
    expect(placeReceiver([shard(10)], [worker(0.3), free], limits)).toEqual({ worker: free });
  });
  test('makes the room grow when its workers are busy', () => {
    const free = worker(0.2);
    expect(placeReceiver([shard(1, 0.8)], [free], limits)).toEqual({ worker: free });
  });
  test('goes to the least loaded full shard when no worker is free, or those are as busy', () => {
    const least = shard(10, 0.2);
    expect(placeReceiver([shard(10, 0.3), least], [], limits)).toEqual({ shard: least });
    expect(placeReceiver([least], [worker(0.9)], limits)).toEqual({ shard: least });
  });
});
