import { describe, expect, test } from '@jest/globals';
import type { NodeReport } from '../../protocol/cascadeReport.ts';
import { roomIdSchema } from '../../protocol/identity.ts';
import { nodeIdSchema } from '../../protocol/network.ts';
import { mergeNetwork, mergeRoom } from '../../server/cascade/mergeReports.ts';
import { recordOf } from '../support/clusterNodes.ts';
import { pullReport, regionOfNode } from '../support/pullReports.ts';

const roomId = roomIdSchema.parse('show');
function report(node: string, more: Partial<Omit<NodeReport, 'nodeId'>> = {}): NodeReport {
  return {
    nodeId: nodeIdSchema.parse(node),
    region: regionOfNode(node),
    atMs: 0,
    pulls: [],
    origins: [],
    ...more,
  };
}

const here = (viewers: number, home: string | null = 'us-1', epoch = 3) => ({
  roomId,
  home: home === null ? null : { nodeId: nodeIdSchema.parse(home), epoch },
  viewers,
  origins: 0,
  pulls: 0,
});
const camera = (epoch = 1) => {
  const { feedId, source, publisherId } = pullReport('us-1', 'eu-1');
  return { roomId, feedId, source, publisherId, epoch, pipes: 1 };
};
const members = ['us-1', 'us-2', 'eu-1', 'eu-2'].map((node) =>
  recordOf(node, { region: regionOfNode(node) }),
);
const merged = (reports: NodeReport[], silent: string[] = []) =>
  mergeRoom(roomId, { reports, members, silent: silent.map((node) => nodeIdSchema.parse(node)) });
const ways = (reports: NodeReport[]) =>
  merged(reports)?.feeds.map(({ epoch, pulls }) => [
    epoch,
    ...pulls.map(({ from, to, depth }) => `${depth} ${from}>${to}`),
  ]);

describe('a room out of what its nodes answered', () => {
  test('is one tree a feed, its depths counted from the origin', () => {
    const reports = [
      report('eu-2', { pulls: [pullReport('eu-1', 'eu-2', { depth: 7 })], rooms: [here(40)] }),
      report('eu-1', { pulls: [pullReport('us-1', 'eu-1')] }),
      report('us-1', { origins: [camera()], rooms: [here(2)] }),
    ];
    expect(ways(reports)).toEqual([[1, '1 us-1>eu-1', '2 eu-1>eu-2']]);
    expect(merged(reports)).toMatchObject({
      home: { nodeId: 'us-1', epoch: 3 },
      nodes: [
        { nodeId: 'eu-1', viewers: 0 },
        { nodeId: 'eu-2', viewers: 40 },
        { nodeId: 'us-1', viewers: 2 },
      ],
      feeds: [{ originNode: 'us-1', originRegion: 'us' }],
    });
  });

  test('keeps a feed that nobody pulls, and one whose origin is silent', () => {
    expect(ways([report('us-1', { origins: [camera()] })])).toEqual([[1]]);
    expect(ways([report('eu-1', { pulls: [pullReport('us-1', 'eu-1')] })])).toEqual([[1, '1 us-1>eu-1']]);
  });

  test('keeps what a node says of its depth where the way to the origin has a gap or a ring', () => {
    expect(ways([report('eu-2', { pulls: [pullReport('eu-1', 'eu-2', { depth: 2 })] })])).toEqual([
      [1, '2 eu-1>eu-2'],
    ]);
    const ring = [
      report('eu-1', { pulls: [pullReport('eu-2', 'eu-1', { depth: 4 })] }),
      report('eu-2', { pulls: [pullReport('eu-1', 'eu-2', { depth: 5 })] }),
    ];
    expect(ways(ring)).toEqual([[1, '4 eu-2>eu-1', '5 eu-1>eu-2']]);
  });

  test('shows of two pulls of one node the later: by epoch, then the one that opens, then the newest', () => {
    const two = (first: object, second: object) =>
      ways([
        report('eu-1', { pulls: [pullReport('us-1', 'eu-1', first), pullReport('us-2', 'eu-1', second)] }),
      ])?.[0]?.[1];
    expect(two({ epoch: 2 }, { epoch: 1, openedAtMs: 9000 })).toBe('1 us-1>eu-1');
    expect(two({ openedAtMs: 9000 }, { state: 'opening', openedAtMs: null })).toBe('1 us-2>eu-1');
    expect(two({ openedAtMs: 9000 }, { openedAtMs: 8000 })).toBe('1 us-1>eu-1');
  });

  test('takes the later of two origins, and the home of the highest epoch', () => {
    const reports = [
      report('us-1', { origins: [camera(1)], rooms: [here(0, 'us-1', 3)] }),
      report('us-2', { origins: [camera(2)], rooms: [here(0, 'us-2', 4)] }),
      report('eu-1', { pulls: [pullReport('us-1', 'eu-1')], rooms: [here(0, null)] }),
    ];
    expect(merged(reports)).toMatchObject({
      home: { nodeId: 'us-2', epoch: 4 },
      feeds: [{ epoch: 2, originNode: 'us-2', pulls: [{ to: 'eu-1', epoch: 1 }] }],
    });
  });

  test('is unknown where no answer speaks of it', () => {
    expect(merged([report('us-1', { rooms: [{ ...here(1), roomId: roomIdSchema.parse('other') }] })])).toBe(
      undefined,
    );
  });

  test('says who is silent', () => {
    expect(merged([report('us-1', { rooms: [here(1)] })], ['eu-2', 'eu-1'])?.silent).toEqual([
      'eu-1',
      'eu-2',
    ]);
  });
});

describe('the network', () => {
  test('sums up rooms over their nodes, the largest first', () => {
    const other = { ...here(5, 'eu-1'), roomId: roomIdSchema.parse('big'), origins: 2 };
    const { rooms, regions, nodes } = mergeNetwork({
      reports: [report('us-1', { rooms: [here(2)] }), report('eu-1', { rooms: [here(1), other] })],
      members,
      silent: [],
    });
    expect(rooms).toEqual([
      { roomId: 'big', home: { nodeId: 'eu-1', epoch: 3 }, nodes: 1, feeds: 2, viewers: 5 },
      { roomId: 'show', home: { nodeId: 'us-1', epoch: 3 }, nodes: 2, feeds: 0, viewers: 3 },
    ]);
    expect(regions).toEqual(['eu', 'us']);
    expect(nodes.map(({ nodeId }) => nodeId)).toEqual(['eu-1', 'eu-2', 'us-1', 'us-2']);
  });

  test('takes the link to a silent node for down, and a link that somebody else tells of for nothing', () => {
    const link = (from: string, to: string) => ({
      from: nodeIdSchema.parse(from),
      to: nodeIdSchema.parse(to),
      fromRegion: regionOfNode(from),
      toRegion: regionOfNode(to),
      rttMs: null,
      lossRatio: null,
      state: 'idle' as const,
    });
    const links = [link('us-1', 'eu-1'), link('us-1', 'us-2'), link('us-2', 'eu-1')];
    const { links: found } = mergeNetwork({
      reports: [report('us-1', { links })],
      members,
      silent: [nodeIdSchema.parse('eu-1')],
    });
    expect(found.map(({ from, to, state }) => `${from} ${to} ${state}`)).toEqual([
      'us-1 eu-1 down',
      'us-1 us-2 idle',
    ]);
  });
});
