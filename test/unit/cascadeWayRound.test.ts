import { describe, expect, test } from '@jest/globals';
import { prepareView } from '../../server/cascade/networkView.ts';
import type { NetworkNode } from '../../server/cascade/networkView.ts';
import { upstream } from '../../server/cascade/upstreamChoice.ts';
import { wayRound } from '../../server/cascade/wayRound.ts';
import type { FeedId, RoomId } from '../../protocol/identity.ts';
import { linked, node, nodeId, regionId } from '../support/clusters.ts';

const feed = {
  roomId: 'show' as RoomId,
  feedId: 'host:camera' as FeedId,
  originNode: nodeId('origin'),
  originRegion: regionId('us'),
  epoch: 1,
};
const gateway = { nodeId: nodeId('gateway'), region: regionId('eu') };
const cutOff = node('origin', 'us', { healthy: false });
const rest = [node('gateway', 'eu'), node('asia', 'asia')];
const links = [...linked('us', 'eu', 80), ...linked('us', 'asia', 100), ...linked('asia', 'eu', 200)];

/** Where the gateway of `eu` goes instead, by what it knows. */
function roundOf(nodes: NetworkNode[], ways = links) {
  const view = prepareView(nodes, ways);
  return wayRound(view, gateway, feed, upstream(view, gateway, feed)!);
}

describe('a node that cannot reach the origin of a feed', () => {
  test('pulls from another node of the origin’s region', () => {
    const nodes = [cutOff, node('beside', 'us'), ...rest];
    expect(roundOf(nodes)).toMatchObject({ from: 'beside', fromRegion: 'us' });
  });

  test('or else through a third region that is not cut off itself', () => {
    expect(roundOf([cutOff, ...rest])).toEqual({
      from: 'asia',
      fromRegion: 'asia',
      reason: { kind: 'border', route: { kind: 'detour', via: 'asia', directMs: 80, viaMs: 300 } },
    });
    const asiaIsCutOff = [...linked('us', 'eu', 80), ...linked('us', 'asia', 100, 1)];
    expect(roundOf([cutOff, ...rest], asiaIsCutOff)).toBeUndefined();
  });

  test('and goes straight when it can, or when it has not heard of the origin', () => {
    expect(roundOf([node('origin', 'us'), node('beside', 'us'), ...rest])).toBeUndefined();
    expect(roundOf([node('beside', 'us'), ...rest])).toBeUndefined();
  });
});
