import { describe, expect, test } from '@jest/globals';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { KnownFeed } from '../../server/cascade/cascadePorts.ts';
import { LinkSuspicion } from '../../server/cascade/linkSuspicion.ts';
import type { CascadeFeed } from '../../server/cascade/networkView.ts';
import { RegionLoss } from '../../server/cascade/regionLoss.ts';
import { wantedFeeds } from '../../server/cascade/wantedFeeds.ts';
import { nodeId, regionId } from '../support/clusters.ts';

const roomId = 'show' as RoomId;
const here = nodeId('eu-1');
const us = { originNode: nodeId('us-1'), originRegion: regionId('us') };

const known = (owner: string, more: Partial<KnownFeed> = {}): KnownFeed => ({
  feedId: `${owner}:camera` as FeedId,
  epoch: 1,
  source: 'camera',
  publisherId: owner as ParticipantId,
  ...us,
  ...more,
});
const pulled = (owner: string, epoch = 1): CascadeFeed => ({
  roomId,
  feedId: `${owner}:camera` as FeedId,
  epoch,
  ...us,
});

describe('a node wants', () => {
  test('nothing where nobody is and nobody asks', () => {
    expect(wantedFeeds(here, roomId, undefined, [])).toEqual(new Map());
  });

  test('what is open where somebody is, but for what is published at it', () => {
    const own = known('carl', { originNode: here, originRegion: regionId('eu') });
    expect([...wantedFeeds(here, roomId, [known('hanna'), own], []).values()]).toEqual([
      { feed: pulled('hanna'), people: true },
    ]);
  });

  test('what others pull from it, whether anybody is here or not', () => {
    expect([...wantedFeeds(here, roomId, undefined, [pulled('hanna')]).values()]).toEqual([
      { feed: pulled('hanna'), people: false },
    ]);
  });

  test('the later of two epochs, and nothing of one that is over', () => {
    const wanted = (epochHere: number, epochBelow: number) =>
      wantedFeeds(here, roomId, [known('hanna', { epoch: epochHere })], [pulled('hanna', epochBelow)]);
    expect([...wanted(1, 2).values()]).toEqual([{ feed: pulled('hanna', 2), people: true }]);
    expect([...wanted(2, 1).values()]).toEqual([{ feed: pulled('hanna', 2), people: true }]);
  });
});

describe('a node whose link broke', () => {
  test('is not pulled from until the link is back', () => {
    const suspicion = new LinkSuspicion();
    suspicion.down(here, 1000);
    expect([suspicion.isDown(here, 1001), suspicion.downSinceMs(here)]).toEqual([true, 1000]);
    suspicion.up(here);
    expect([suspicion.isDown(here, 1002), suspicion.downSinceMs(here)]).toEqual([false, undefined]);
  });

  test('is tried again after a while where it is still a member, later each time', () => {
    const suspicion = new LinkSuspicion();
    const downForMs = (atMs: number): number => {
      suspicion.down(here, atMs);
      let forMs = 0;
      while (suspicion.isDown(here, atMs + forMs)) forMs += 1000;
      return forMs;
    };
    expect([downForMs(0), downForMs(10_000), downForMs(50_000)]).toEqual([8000, 16_000, 32_000]);
    expect(suspicion.downSinceMs(here)).toBe(0);
  });

  test('is forgotten when it leaves', () => {
    const suspicion = new LinkSuspicion();
    suspicion.down(here, 0);
    suspicion.forget(new Set([nodeId('us-1')]));
    expect(suspicion.isDown(here, 1)).toBe(false);
  });
});

describe('the loss that is told of a region', () => {
  const region = regionId('us');
  const after = (samples: readonly [loss: number, shed?: boolean][]): number => {
    const loss = new RegionLoss();
    for (const [n, [ratio, shed = false]] of samples.entries()) loss.sample(region, ratio, shed, n * 1000);
    return loss.from(region, samples.length * 1000);
  };
  const often = (count: number, ratio: number, shed = false) =>
    Array.from({ length: count }, (): [number, boolean] => [ratio, shed]);

  test('is that of a while, in steps: a burst says nothing', () => {
    expect(after([...often(30, 0.002), [0.08]])).toBe(0);
    expect(after(often(60, 0.06))).toBe(0.05);
    expect(after([...often(60, 0.06), ...often(10, 0.03)])).toBe(0.05);
    expect(after([...often(60, 0.06), ...often(60, 0)])).toBe(0);
  });

  test('is not nothing where layers are shed, though without them nothing is lost', () => {
    expect(after(often(60, 0, true))).toBeGreaterThanOrEqual(0.02);
  });

  test('is remembered for a while when nothing comes from there any more', () => {
    const loss = new RegionLoss();
    for (let n = 0; n < 60; n++) loss.sample(region, 0.1, false, n * 1000);
    expect(loss.from(region, 120_000)).toBeGreaterThan(0.04);
    expect(loss.from(region, 300_000)).toBe(0);
  });
});
