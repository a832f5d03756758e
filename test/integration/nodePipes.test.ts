import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FeedId } from '../../protocol/identity.ts';
import { pipeOfferSchema } from '../../protocol/pipes.ts';
import type { PipeOffer } from '../../protocol/pipes.ts';
import type { MediaSettings } from '../../server/media/mediaSettings.ts';
import type { Media } from '../../server/media/mediaTypes.ts';
import { pipeRates } from '../../server/media/pipeStatistics.ts';
import { TestRoom, ann, bob, cid, dan, startMedia, until, valueOf } from '../support/mediaRoom.ts';
import { overWire, pipe } from '../support/nodePipe.ts';
import { startPipeRelay } from '../support/pipeRelay.ts';
import type { PipeRelay } from '../support/pipeRelay.ts';
import { RtpSink, WorkerView } from '../support/rtpSource.ts';

const camera = 'ann:camera' as FeedId;

interface Node {
  media: Media;
  view: WorkerView;
}

async function startNode(settings: Partial<MediaSettings> = {}): Promise<Node> {
  const { view, stop } = WorkerView.watch();
  const media = await startMedia({
    spareWorker: false,
    layersOffAfterMs: 200,
    shedAfterMs: 100,
    reparentWarmMs: 300,
    reparentOverlapMs: 200,
    ...settings,
  });
  stop();
  return { media, view };
}

const small = { feedId: camera, visible: true, width: 100, height: 60, quality: 'auto' as const };
const large = { ...small, width: 1280, height: 720 };

describe('a pipe between two nodes', () => {
  let origin: Node;
  let edge: Node;
  let shows = 0;
  const open: TestRoom[] = [];
  let relay: PipeRelay | undefined;

  beforeAll(async () => {
    origin = await startNode();
    edge = await startNode({ workers: 2, viewersPerShard: 1 });
  });
  afterEach(() => {
    relay?.close();
    relay = undefined;
    for (const room of open.splice(0)) room.room.close();
  });
  afterAll(async () => {
    await Promise.all([origin, edge].map((node) => node.media.close()));
  });

  function openRoom(node: Node): TestRoom {
    const room = new TestRoom(node.media, `show${shows}`);
    open.push(room);
    return room;
  }

  /** A show with a camera at the origin and a viewer at the edge. */
  async function startShow(more: { keyframes?: boolean } = {}) {
    shows++;
    for (const { view } of [origin, edge]) {
      for (const list of [
        view.routers,
        view.imported,
        view.pipeEnds,
        view.sources,
        view.exported,
        view.viewed,
      ])
        list.length = 0;
    }
    const at = { origin: openRoom(origin), edge: openRoom(edge) };
    valueOf(await at.origin.join(ann, { send: true, keyframes: more.keyframes ?? false }));
    valueOf(await at.origin.produce(ann, 'camera'));
    const source = origin.view.sources[0]!;
    await until('all layers are sent', () => source.producer.score.length === 3);
    valueOf(await at.edge.join(bob));
    return { ...at, source };
  }

  /** A viewer's place in the edge's room, where its packets can be looked at. */
  async function watchEdge(spatialLayer = 2): Promise<RtpSink> {
    const sink = await RtpSink.open(edge.view.routers[0]!, edge.view.imported.at(-1)!, spatialLayer);
    await until('the feed flows at the edge', () => sink.packets > 10);
    return sink;
  }

  test('brings a feed to everybody there, under its name and epoch', async () => {
    const show = await startShow();
    valueOf(await show.edge.join(cid));
    await pipe(show.origin, show.edge);
    const sink = await watchEdge();
    await until('both have it', () => [bob, cid].every((id) => show.edge.added(id).length === 1));
    expect(show.edge.added(bob)[0]).toMatchObject({ feedId: camera, epoch: 1, kind: 'video', hops: 1 });
    // On the edge's other worker.
    expect(show.edge.added(cid)[0]).toMatchObject({ feedId: camera, hops: 2 });
    expect(valueOf(await show.edge.join(dan)).consumers).toHaveLength(1);
    expect(sink.missing.size).toBe(0);
    expect(edge.view.imported[0]!.type).toBe('simulcast');
  });

  test('carries sound as it is published', async () => {
    const show = await startShow();
    valueOf(await show.origin.produce(ann, 'microphone'));
    await pipe(show.origin, show.edge, { feedId: 'ann:microphone' });
    await watchEdge();
    const [imported] = edge.view.imported;
    const { producer } = origin.view.sources[1]!;
    expect(imported!.rtpParameters.rtcp?.cname).toBe(producer.rtpParameters.rtcp?.cname);
    expect(imported!.rtpParameters.codecs[0]!.parameters).toMatchObject({ useinbandfec: 1 });
  });

  test('carries only the layers that somebody there shows', async () => {
    const show = await startShow();
    show.edge.room.view(bob, [small]);
    const { requests } = await pipe(show.origin, show.edge);
    await until(
      'the upper layers stop',
      () => origin.view.exported.map((one) => one.paused).join() === 'false,true,true',
    );
    expect(requests).toEqual([{ type: 'layers', maxSpatialLayer: 0 }]);
    const sink = await watchEdge(0);
    expect(sink.layer).toBe(0);
    show.edge.room.view(bob, [large]);
    const rungs = (): unknown[] => origin.view.exported.map((one) => one.currentLayers?.spatialLayer);
    await until('each rung brings its own layer', () => rungs().join() === '0,1,2');
    expect(requests.at(-1)).toEqual({ type: 'layers', maxSpatialLayer: 2 });
  });

  test('starts with no more layers than were asked for', async () => {
    const show = await startShow();
    show.edge.room.view(bob, [small]);
    const { exported, requests } = await pipe(show.origin, show.edge, { maxSpatialLayer: 0 });
    await watchEdge(0);
    expect(exported.offer.maxSpatialLayer).toBe(0);
    expect(origin.view.exported.map((one) => one.paused)).toEqual([false, true, true]);
    expect(requests).toEqual([]);
  });

  test('tells viewers of a layer that its publisher has stopped, and sends no other in its place', async () => {
    const show = await startShow();
    const { news } = await pipe(show.origin, show.edge);
    await watchEdge();
    show.source.topLayer = 1;
    await until('bob is brought down', () => edge.view.viewed[0]!.preferredLayers?.spatialLayer === 1);
    expect(news).toEqual([{ type: 'live', maxSpatialLayer: 1 }]);
    expect(origin.view.exported.map((one) => one.paused)).toEqual([false, false, true]);
    show.source.topLayer = 2;
    await until('bob may go up', () => edge.view.viewed[0]!.preferredLayers?.spatialLayer === 2);
    expect(origin.view.exported.map((one) => one.paused)).toEqual([false, false, false]);
  });

  test('sheds layers after viewers were told to leave them', async () => {
    const show = await startShow();
    const { imported, requests } = await pipe(show.origin, show.edge);
    await watchEdge();
    imported.limitLayers(0);
    await until('bob is brought down', () => edge.view.viewed[0]!.preferredLayers?.spatialLayer === 0);
    expect(requests).toEqual([]);
    await until('the origin is asked', () => requests.length === 1);
    expect(requests).toEqual([{ type: 'layers', maxSpatialLayer: 0 }]);
    await until('the upper layers stop', () => origin.view.exported[2]!.paused);
    imported.limitLayers(undefined);
    await until('all are wanted again', () => requests.length === 2);
    expect(requests[1]).toEqual({ type: 'layers', maxSpatialLayer: 2 });
  });

  test('repairs what is lost on the way, and counts it', async () => {
    const show = await startShow();
    relay = await startPipeRelay();
    relay.delayMs = 20;
    const { exported, imported } = await pipe(show.origin, show.edge, { relay, rttMs: 40 });
    const sink = await watchEdge();
    relay.loseEvery = 10;
    await until('enough is lost', () => relay!.lost >= 60);
    relay.loseEvery = 0;
    await until('all of it has come', () => sink.missing.size === 0);
    await until('a report has come', () => edge.view.imported[0]!.score.length === 3);
    const statistics = (await imported.statistics())!;
    expect(statistics.packetsRepaired).toBeGreaterThan(40);
    expect(pipeRates(undefined, statistics).lossFraction).toBeGreaterThan(0.02);
    expect(statistics.rttMs).toBeGreaterThan(35);
    expect((await exported.statistics())!.packetsRepaired).toBeGreaterThan(40);
  });

  test('passes a pause on, and shows pictures after it', async () => {
    const show = await startShow();
    const { news } = await pipe(show.origin, show.edge);
    const sink = await watchEdge();
    show.origin.room.setPaused(camera, true);
    await until('the edge pauses', () => edge.view.imported[0]!.paused);
    show.origin.room.setPaused(camera, false);
    await until('the edge goes on', () => !edge.view.imported[0]!.paused);
    const { packets } = sink;
    await until('pictures flow', () => sink.packets > packets + 10);
    expect(news).toEqual([
      { type: 'paused', paused: true },
      { type: 'paused', paused: false },
    ]);
  });

  test('asks a publisher for keyframes by message when the edge needs one', async () => {
    const show = await startShow({ keyframes: true });
    const { exported } = await pipe(show.origin, show.edge);
    // Nobody behind the pipe can show anything yet.
    expect(show.origin.all('keyframeWanted')).toEqual([]);
    show.source.keyframe();
    await watchEdge();
    const before = show.origin.all('keyframeWanted').length;
    exported.request({ type: 'keyframe' });
    await until('it is asked', () => show.origin.all('keyframeWanted').length > before);
  });

  test('asks once for all who want a keyframe before one has come', async () => {
    const show = await startShow();
    relay = await startPipeRelay();
    relay.delayMs = 50;
    await pipe(show.origin, show.edge, { relay, rttMs: 100 });
    const sink = await watchEdge();
    // Until mediasoup has no request of the start in mind any more.
    await sleep(1200);
    const { plis } = show.source;
    await sink.consumer.requestKeyFrame();
    await sleep(40);
    await sink.consumer.requestKeyFrame();
    await sleep(1200);
    expect(show.source.plis).toBe(plis + 1);
  });

  test('ends with its feed, and both ends let go of everything', async () => {
    const show = await startShow();
    const { closed, imported, exported } = await pipe(show.origin, show.edge);
    await watchEdge();
    await until('bob has it', () => show.edge.added(bob).length === 1);
    show.origin.room.closeFeed(camera);
    await until('bob is told', () => show.edge.all('consumersClosed').length === 1);
    expect(closed).toEqual(['upstream']);
    imported.close();
    exported.close();
    expect(origin.view.pipeEnds[0]!.closed && edge.view.pipeEnds[0]!.closed).toBe(true);
    expect(await exported.statistics()).toBeUndefined();
    expect(await imported.statistics()).toBeUndefined();
    expect(show.edge.all('feedLost')).toEqual([]);
  });

  test('is closed from either end, as often as one likes', async () => {
    const show = await startShow();
    const first = await pipe(show.origin, show.edge);
    first.exported.close();
    first.exported.close();
    first.imported.close();
    first.imported.close();
    await pipe(show.origin, show.edge);
    await watchEdge();
    expect(first.closed).toEqual([]);
    expect([...origin.view.pipeEnds, ...edge.view.pipeEnds].map((end) => end.closed)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('is replaced by another one while viewers go on', async () => {
    const show = await startShow();
    const first = await pipe(show.origin, show.edge);
    const before = await watchEdge();
    await until('bob has it', () => show.edge.added(bob).length === 1);
    const second = await pipe(show.origin, show.edge);
    const after = await watchEdge();
    await until('bob has it anew', () => show.edge.added(bob).length === 2);
    // The old one flows until bob's page had time to change over.
    expect(show.edge.all('consumersClosed')).toEqual([]);
    await until('the old one is closed', () => first.closed.length === 1);
    expect(first.closed).toEqual(['downstream']);
    expect(before.longestGapMs).toBeLessThan(1000);
    const [old, next] = show.edge.added(bob);
    expect(next).toMatchObject({ feedId: camera, epoch: 1 });
    expect(show.edge.all('consumersClosed')).toEqual([[bob, [old!.consumerId]]]);
    expect(second.closed).toEqual([]);
    const { packets } = after;
    await until('it flows', () => after.packets > packets + 10);
  });

  test('is replaced after it broke, without waiting', async () => {
    const show = await startShow();
    const first = await pipe(show.origin, show.edge);
    await watchEdge();
    await until('bob has it', () => show.edge.added(bob).length === 1);
    first.imported.close();
    await until('bob keeps the last picture', () => show.edge.all('consumersClosed').length === 1);
    await pipe(show.origin, show.edge);
    await until('bob has it anew', () => show.edge.added(bob).length === 2);
    await watchEdge();
    expect(show.edge.all('feedLost')).toEqual([]);
  });

  test('gives way to a newer epoch, from another node or published here, and to no older one', async () => {
    const show = await startShow();
    const first = await pipe(show.origin, show.edge);
    const { offer } = first.exported;
    const events = { request: () => undefined, closed: () => undefined };
    const newer = { ...offer, epoch: 3 };
    const third = valueOf(await show.edge.room.importFeed(newer, 0, events));
    await until('the first has gone', () => first.closed.length === 1);
    expect(await show.edge.room.importFeed(offer, 0, events)).toMatchObject({
      ok: false,
      error: { code: 'feed-exists' },
    });
    valueOf(await show.edge.join(ann, { send: true }));
    expect(await show.edge.produce(ann, 'camera', { epoch: 3 })).toMatchObject({ ok: false });
    valueOf(await show.edge.produce(ann, 'camera', { epoch: 4 }));
    expect(await third.statistics()).toBeUndefined();
    expect(await show.edge.room.importFeed(newer, 0, events)).toMatchObject({ ok: false });
  });

  test('is not opened for a feed that is not there', async () => {
    const show = await startShow();
    const events = { news: () => undefined, closed: () => undefined };
    expect(await show.origin.room.exportFeed('bob:camera' as FeedId, 2, events)).toMatchObject({
      ok: false,
      error: { code: 'no-such-feed' },
    });
  });

  test('refuses offers that make no sense, and keeps nothing of them', async () => {
    const show = await startShow();
    const events = { news: () => undefined, closed: () => undefined };
    const { offer, close } = valueOf(await show.origin.room.exportFeed(camera, 2, events));
    const { end, rtpParameters } = offer;
    const { encodings = [], codecs } = rtpParameters;
    const malformed: Record<string, unknown>[] = [
      { end: { ...end, ip: 'example.org' } },
      { end: { ...end, port: 0 } },
      { end: { ...end, keyBase64: 'c2hvcnQ=' } },
      { feedId: 'bob:camera' },
      { maxSpatialLayer: 7 },
      { layers: { ...offer.layers, scales: [1] } },
      { rtpParameters: { ...rtpParameters, encodings: encodings.map(() => ({ rid: 'a' })) } },
      { surprise: true },
    ];
    expect(pipeOfferSchema.safeParse(overWire(offer)).success).toBe(true);
    for (const change of malformed) {
      expect(pipeOfferSchema.safeParse(overWire({ ...offer, ...change })).success).toBe(false);
    }
    const senseless: Partial<PipeOffer>[] = [
      { rtpParameters: { ...rtpParameters, encodings: encodings.map((one) => ({ ...one, ssrc: 5 })) } },
      { rtpParameters: { ...rtpParameters, codecs: [{ ...codecs[0]!, mimeType: 'video/none' }] } },
      { rtpParameters: { ...rtpParameters, codecs: [{ ...codecs[0]!, mimeType: 'audio/opus' }] } },
    ];
    const silent = { request: () => undefined, closed: () => undefined };
    for (const change of senseless) {
      const parsed = pipeOfferSchema.parse(overWire({ ...offer, ...change }));
      expect(await show.edge.room.importFeed(parsed, 0, silent)).toMatchObject({ ok: false });
    }
    expect(edge.view.pipeEnds.every((one) => one.closed)).toBe(true);
    expect(edge.view.viewed).toEqual([]);
    close();
  });

  test('passes a third node on the way', async () => {
    const show = await startShow();
    const gateway = await startNode();
    const between = new TestRoom(gateway.media, `show${shows}`);
    const first = await pipe(show.origin, between);
    const second = await pipe(between, show.edge);
    await watchEdge();
    await until('bob has it', () => show.edge.added(bob).length === 1);
    expect(show.edge.added(bob)[0]!.hops).toBe(2);
    // Nobody but bob wants anything of it.
    show.edge.room.view(bob, [small]);
    await until('the origin sends the lowest layer alone', () => origin.view.exported[1]!.paused);
    expect(first.requests.at(-1)).toEqual({ type: 'layers', maxSpatialLayer: 0 });
    const asked = show.source.plis;
    second.exported.request({ type: 'keyframe' });
    await until('the publisher is asked', () => show.source.plis > asked);
    await gateway.media.close();
    await until('the edge knows', () => show.edge.all('consumersClosed').length === 1);
    expect(second.closed).toEqual(['upstream']);
  });

  test('lets the first keyframe through a third node, so that nobody has to ask for another', async () => {
    const show = await startShow();
    show.source.ignoresPlis = true;
    const gateway = await startNode();
    const between = new TestRoom(gateway.media, `show${shows}`);
    await pipe(show.origin, between);
    await pipe(between, show.edge);
    const rungs = gateway.view.exported;
    await until(
      'the top layer waits for it',
      () => rungs.map((one) => one.paused).join() === 'true,true,false',
    );
    show.source.keyframe();
    const sink = await watchEdge();
    expect(sink.layer).toBe(2);
    await gateway.media.close();
  });

  test('lets no layer of a third node take the place of one that its publisher does not send', async () => {
    const show = await startShow();
    show.source.topLayer = 1;
    const lowered = () =>
      show.source.producer.score.some(({ encodingIdx, score }) => encodingIdx === 2 && score === 0);
    await until('the top layer has ended', lowered);
    const gateway = await startNode();
    const between = new TestRoom(gateway.media, `show${shows}`);
    const strays: unknown[] = [];
    show.source.ignoresPlis = true;
    valueOf(await between.join(cid));
    await pipe(show.origin, between);
    between.room.view(cid, [large]);
    await pipe(between, show.edge);
    for (const [layer, rung] of gateway.view.exported.entries())
      rung.on('layerschange', (layers) => layers && layers.spatialLayer !== layer && strays.push(layers));
    show.source.ignoresPlis = false;
    show.source.keyframe();
    const sink = await watchEdge();
    expect(sink.layer).toBe(1);
    expect(strays).toEqual([]);
    await gateway.media.close();
  });
});
