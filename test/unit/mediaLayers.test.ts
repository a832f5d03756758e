import { describe, expect, test } from '@jest/globals';
import type { FeedViewport } from '../../protocol/clientMessages.ts';
import type { FeedId } from '../../protocol/identity.ts';
import { chooseLayers, feedLayers } from '../../server/media/layerChoice.ts';
import { LayerDemand } from '../../server/layers/layerDemand.ts';

const hd = { width: 1280, height: 720 };
const inThree = [4, 2, 1].map((scaleResolutionDownBy, index) => ({
  ssrc: index + 1,
  scaleResolutionDownBy,
  scalabilityMode: 'L1T3',
}));
const simulcast = feedLayers(inThree, hd);

function shown(width: number, height: number, more: Partial<FeedViewport> = {}): FeedViewport {
  return { feedId: 'ann:camera' as FeedId, visible: true, width, height, quality: 'auto', ...more };
}

describe('the layers of a feed', () => {
  test('come from its encodings', () => {
    expect(simulcast).toEqual({
      kind: 'simulcast',
      picture: hd,
      scales: [0.25, 0.5, 1],
      temporalLayers: 3,
    });
    expect(feedLayers([{ rid: 'a' }, { rid: 'b' }], hd).scales).toEqual([0.5, 1]);
    expect(feedLayers([{ scalabilityMode: 'L3T2' }], hd)).toMatchObject({
      kind: 'svc',
      scales: [0.25, 0.5, 1],
      temporalLayers: 2,
    });
    expect(feedLayers(undefined, hd)).toMatchObject({ kind: 'single', scales: [1], temporalLayers: 1 });
  });
});

describe('the layer for a viewer', () => {
  test('is the highest while nothing is known of the tile', () => {
    expect(chooseLayers(simulcast, undefined)).toEqual({ visible: true, spatialLayer: 2, temporalLayer: 2 });
  });

  test.each([
    [160, 90, 0],
    [400, 225, 0],
    [640, 360, 1],
    [800, 450, 1],
    [1280, 720, 2],
    [3840, 2160, 2],
    [0, 0, 2],
  ])('follows the size of the tile: %i x %i', (width, height, layer) => {
    expect(chooseLayers(simulcast, shown(width, height)).spatialLayer).toBe(layer);
  });

  test.each([
    // A VGA camera has 240 lines in the lower of its two layers, too few for a tile of 360.
    ['a small camera', { width: 640, height: 480 }, [2, 1], 640, 360, 1],
    ['a small camera', { width: 640, height: 480 }, [2, 1], 320, 240, 0],
    ['a large camera', { width: 1920, height: 1080 }, [4, 2, 1], 1120, 630, 1],
    // A picture held upright fills a tile that lies by its width, and loses above and below.
    ['a phone held upright', { width: 720, height: 1280 }, [4, 2, 1], 640, 360, 2],
    ['a phone held upright', { width: 720, height: 1280 }, [4, 2, 1], 360, 640, 1],
  ])('follows what is captured: %s of %j', (_name, picture, scales, width, height, layer) => {
    const encodings = scales.map((scaleResolutionDownBy) => ({ scaleResolutionDownBy }));
    expect(chooseLayers(feedLayers(encodings, picture), shown(width, height)).spatialLayer).toBe(layer);
  });

  test('is none where the tile is off the screen', () => {
    expect(chooseLayers(simulcast, shown(1280, 720, { visible: false })).visible).toBe(false);
  });

  test("is bounded by the viewer's own choice", () => {
    expect(chooseLayers(simulcast, shown(1280, 720, { quality: 'low' })).spatialLayer).toBe(0);
    expect(chooseLayers(simulcast, shown(1280, 720, { quality: 'medium' })).spatialLayer).toBe(1);
    expect(chooseLayers(simulcast, shown(160, 90, { quality: 'medium' })).spatialLayer).toBe(0);
    expect(chooseLayers(simulcast, shown(160, 90, { quality: 'high' })).spatialLayer).toBe(2);
  });
});

describe('the demand for layers', () => {
  test('with nobody watching sinks to the lowest after the delay, and stays', () => {
    const demand = new LayerDemand(3, 3000, 0);
    expect(demand.next(0)).toEqual({ wakeAtMs: 3000 });
    expect(demand.next(3000)).toEqual({ tell: 0 });
    expect(demand.next(9000)).toEqual({});
  });

  test('rises at once', () => {
    const demand = new LayerDemand(3, 3000, 0);
    demand.next(3000);
    demand.set('one', 2, 4000);
    expect(demand.next(4000)).toEqual({ tell: 2 });
  });

  test('falls step by step, each layer when it was wanted by nobody for the delay', () => {
    const demand = new LayerDemand(3, 3000, 0);
    demand.set('one', 2, 0);
    demand.set('two', 1, 0);
    expect(demand.next(10_000)).toEqual({});
    demand.set('one', undefined, 10_000);
    expect(demand.next(10_000)).toEqual({ wakeAtMs: 13_000 });
    demand.set('two', 0, 12_000);
    expect(demand.next(13_000)).toEqual({ tell: 1, wakeAtMs: 15_000 });
    expect(demand.next(15_000)).toEqual({ tell: 0 });
  });

  test('knows which layers are live: one just asked for is not yet', () => {
    const demand = new LayerDemand(3, 3000, 0);
    expect(demand.liveLayer(0)).toBe(2);
    demand.next(3000);
    expect(demand.liveLayer(3000)).toBe(0);
    demand.set('one', 1, 4000);
    demand.next(4000);
    demand.set('two', 2, 4200);
    demand.next(4200);
    expect(demand.liveLayer(4400)).toBe(0);
    expect(demand.liveLayer(4700)).toBe(2);
  });

  test('is not lowered by a viewer who comes back in time', () => {
    const demand = new LayerDemand(2, 3000, 0);
    demand.set('one', 1, 0);
    demand.set('one', 0, 1000);
    demand.set('one', 1, 3500);
    expect(demand.next(4500)).toEqual({});
  });

  test('begins with the layers that another node sends at first, and asks for more as soon as they are wanted', () => {
    const demand = new LayerDemand(3, 3000, 0, 0);
    expect(demand.next(0)).toEqual({});
    expect(demand.liveLayer(0)).toBe(0);
    demand.set('bob', 2, 10);
    expect(demand.next(10)).toEqual({ tell: 2 });
    expect(demand.liveLayer(20)).toBe(0);
  });
});
