import { describe, expect, test } from '@jest/globals';
import { layoutTree } from '../../client-demo/network/treeLayout.ts';
import {
  agoWords,
  bitrateWords,
  layerStates,
  layerWords,
  pipeSentence,
  reasonWords,
  rttWords,
} from '../../client-demo/network/pipeWords.ts';
import { regionWays } from '../../client-demo/network/regionWays.ts';
import type { PullReason } from '../../protocol/cascadeReport.ts';
import { nodeIdSchema, regionIdSchema } from '../../protocol/network.ts';
import { pullReport, regionOfNode } from '../support/pullReports.ts';

const placed = (...ways: [string, string][]): string[] =>
  layoutTree({
    originNode: nodeIdSchema.parse('us-1'),
    pulls: ways.map(([from, to]) => pullReport(from, to)),
  }).cards.map(({ nodeId, column, row, parentRow }) => `${nodeId} ${column},${row} from ${parentRow ?? '-'}`);

describe('the picture of a tree', () => {
  test('goes right from the origin, each node beside or below the one it pulls from', () => {
    expect(placed(['us-1', 'eu-1'], ['eu-1', 'eu-2'], ['eu-1', 'eu-3'])).toEqual([
      'us-1 0,0 from -',
      'eu-1 1,0 from 0',
      'eu-2 2,0 from 0',
      'eu-3 2,1 from 0',
    ]);
  });

  test('puts small branches first, so that a large one leaves no hole', () => {
    expect(placed(['us-1', 'eu-1'], ['eu-1', 'eu-2'], ['eu-1', 'eu-3'], ['us-1', 'us-2'])).toEqual([
      'us-1 0,0 from -',
      'us-2 1,0 from 0',
      'eu-1 1,1 from 0',
      'eu-2 2,1 from 1',
      'eu-3 2,2 from 1',
    ]);
  });

  test('shows a feed that nobody pulls, and pulls from a node that is silent, by themselves', () => {
    expect(placed()).toEqual(['us-1 0,0 from -']);
    expect(placed(['eu-1', 'eu-2'])).toEqual(['us-1 0,0 from -', 'eu-1 1,1 from -', 'eu-2 2,1 from 1']);
  });

  test('ends, with each node once, where nodes hang from each other', () => {
    expect(placed(['eu-1', 'eu-2'], ['eu-2', 'eu-1'])).toEqual([
      'us-1 0,0 from -',
      'eu-1 1,1 from -',
      'eu-2 2,1 from 1',
    ]);
  });
});

describe('why a node pulls from where it pulls', () => {
  const words = (reason: Record<string, unknown>): string =>
    reasonWords(pullReport('us-1', 'eu-1', { reason: reason as PullReason }));

  test('is told in words, with the round trips that decided', () => {
    expect(words({ kind: 'origin' })).toBe('same region as the origin: straight from it');
    expect(words({ kind: 'gateway' })).toMatch(/^from the gateway of eu/);
    expect(words({ kind: 'relay' })).toMatch(/^from a relay of eu/);
    expect(words({ kind: 'border', directRttMs: 84.4 })).toBe('gateway of eu, straight to the origin: 84 ms');
    expect(words({ kind: 'border', via: 'ap', directRttMs: 210, viaRttMs: 120 })).toBe(
      'gateway of eu, detour through ap: 120 instead of 210 ms',
    );
    expect(words({ kind: 'border' })).toMatch(/nothing measured yet/);
    expect(words({ kind: 'border', via: 'ap', viaRttMs: 120 })).toBe(
      'gateway of eu, detour through ap: 120 ms to us',
    );
  });
});

describe('a pipe in figures', () => {
  const layers = (wanted: number | null, carried: number | null, ceiling = 2, top = 2) =>
    pullReport('us-1', 'eu-1', { layers: { wanted, carried, ceiling, top } });

  test('says of each layer whether it comes, is missing, or nobody wants it', () => {
    expect(layerStates(layers(2, 1))).toEqual(['carried', 'carried', 'missing']);
    expect(layerStates(layers(0, 0))).toEqual(['carried', 'unwanted', 'unwanted']);
    expect(layerStates(layers(null, null, 0, 0))).toEqual(['unwanted']);
    expect(layerWords(layers(2, 1, 1))).toBe('2 of 3 layers, 3 wanted, the way takes 2');
    expect(layerWords(layers(0, 0, 0, 0))).toBe('1 of 1 layer');
  });

  test('reads well at every size', () => {
    expect([999, 64_400, 999_499, 2_310_000].map(bitrateWords)).toEqual([
      '1 kbit/s',
      '64 kbit/s',
      '999 kbit/s',
      '2.31 Mbit/s',
    ]);
    expect([null, 0.74, 9.94, 84.2].map(rttWords)).toEqual(['– ms', '0.7 ms', '9.9 ms', '84 ms']);
    expect([400, 119_000, 600_000, 7_200_000, 259_200_000].map(agoWords)).toEqual([
      '0 s',
      '119 s',
      '10 min',
      '2 h',
      '3 d',
    ]);
  });

  test('is one sentence for who does not see it', () => {
    expect(pipeSentence(layers(2, 2))).toBe(
      'eu-1 in eu pulls from us-1 in us, 1 from the origin: 3 of 3 layers, 2.00 Mbit/s, 80 ms, 0.0 % lost',
    );
    expect(pipeSentence(pullReport('us-1', 'eu-1', { state: 'retrying' }))).toMatch(/: retrying$/);
  });
});

test('the way between two regions is the shortest that either side measured', () => {
  const link = (from: string, to: string, rttMs: number | null) => ({
    from: nodeIdSchema.parse(from),
    to: nodeIdSchema.parse(to),
    fromRegion: regionOfNode(from),
    toRegion: regionOfNode(to),
    rttMs,
    lossRatio: null,
    state: 'up' as const,
  });
  const regions = ['ap', 'eu', 'us'].map((region) => regionIdSchema.parse(region));
  const links = [link('us-1', 'eu-1', 90), link('eu-2', 'us-1', 84), link('us-1', 'ap-1', null)];
  expect(regionWays({ regions, links }, regionIdSchema.parse('us'))).toEqual([
    { to: 'ap', rttMs: null },
    { to: 'eu', rttMs: 84 },
  ]);
});
