import { describe, expect, test } from '@jest/globals';
import { warmPeers } from '../../server/warmLinks.ts';
import { nodeId, regionId } from '../support/clusters.ts';

const nodesIn = (region: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    nodeId: nodeId(`${region}-${index}`),
    region: regionId(region),
  }));
const self = nodesIn('us', 1)[0]!;

describe('links that a node keeps open', () => {
  test('are to everybody in a network of up to 33', () => {
    const nodes = [...nodesIn('us', 11), ...nodesIn('eu', 11), ...nodesIn('ap', 11)];
    const warm = warmPeers(self, nodes);
    expect(warm).toHaveLength(32);
    expect(warm).not.toContain(self.nodeId);
  });

  test('are to its own region and two nodes of each other one beyond that', () => {
    const nodes = [...nodesIn('us', 20), ...nodesIn('eu', 20), ...nodesIn('ap', 1)];
    const warm = warmPeers(self, nodes);
    expect(warm.filter((peer) => peer.startsWith('us-'))).toHaveLength(19);
    expect(warm.filter((peer) => peer.startsWith('eu-'))).toHaveLength(2);
    expect(warm.filter((peer) => peer.startsWith('ap-'))).toEqual(['ap-0']);
  });

  test('stay when another node comes or goes, whatever the order of the news', () => {
    const nodes = [...nodesIn('us', 20), ...nodesIn('eu', 40)];
    const warm = new Set(warmPeers(self, nodes));
    expect(new Set(warmPeers(self, [...nodes].reverse()))).toEqual(warm);
    const spare = nodes.find((node) => node.region === 'eu' && !warm.has(node.nodeId))!;
    expect(
      new Set(
        warmPeers(
          self,
          nodes.filter((node) => node !== spare),
        ),
      ),
    ).toEqual(warm);
  });

  test('of many nodes go to many of the other region, and not all to the same', () => {
    const nodes = [...nodesIn('us', 40), ...nodesIn('eu', 40)];
    const chosen = new Set(
      nodesIn('us', 40).flatMap((each) => warmPeers(each, nodes).filter((peer) => peer.startsWith('eu-'))),
    );
    expect(chosen.size).toBeGreaterThan(20);
  });
});
