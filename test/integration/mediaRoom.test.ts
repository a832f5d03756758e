import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup';
import type { FeedId } from '../../protocol/identity.ts';
import type { Media } from '../../server/media/mediaTypes.ts';
import { TestRoom, ann, bob, cid, fingerprints, startMedia, until, valueOf } from '../support/mediaRoom.ts';
import { onTransports } from '../support/workerObjects.ts';

describe('the media of a room', () => {
  let media: Media;
  let rooms = 0;
  /** Transports with producers, in the order in which they got their first. */
  const sending: types.WebRtcTransport[] = [];
  const producers: types.Producer[] = [];
  const openRoom = (): TestRoom => new TestRoom(media, `room${rooms++}`);

  beforeAll(async () => {
    const stop = onTransports((transport) => {
      transport.observer.once('newproducer', () => sending.push(transport as types.WebRtcTransport));
      transport.observer.on('newproducer', (producer) => producers.push(producer));
    });
    media = await startMedia({ workers: 1, layersOffAfterMs: 100, incomingSampleMs: 20 });
    stop();
  });
  afterAll(async () => {
    await media.close();
  });

  async function roomWithHost(): Promise<TestRoom> {
    const room = openRoom();
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera'));
    valueOf(await room.produce(ann, 'microphone'));
    return room;
  }

  test('a host gets both transports, connected on the server side', async () => {
    const room = openRoom();
    const joined = valueOf(await room.join(ann, { send: true }));
    if (joined.kept) throw new Error('kept');
    expect(joined.consumers).toEqual([]);
    expect(joined.send?.dtlsParameters.role).toBe('server');
    expect(joined.recv.iceCandidates.map((candidate) => candidate.protocol).sort()).toEqual(['tcp', 'udp']);
    room.room.close();
  });

  test('a viewer gets a consumer for every open feed in the answer to his join', async () => {
    const room = await roomWithHost();
    const joined = valueOf(await room.join(bob));
    expect(joined.consumers.map((one) => one.feedId).sort()).toEqual(['ann:camera', 'ann:microphone']);
    expect(joined.consumers.every((one) => one.rtpParameters.encodings?.length === 1)).toBe(true);
    expect('send' in joined).toBe(false);
    room.room.close();
  });

  test('a new feed is offered to everybody but its publisher', async () => {
    const room = openRoom();
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.join(bob));
    valueOf(await room.join(cid));
    valueOf(await room.produce(ann, 'camera'));
    await until('both have it', () => room.added(bob).length === 1 && room.added(cid).length === 1);
    expect(room.added(ann)).toEqual([]);
    expect(room.added(bob)[0]).toMatchObject({ feedId: 'ann:camera', epoch: 1, kind: 'video', hops: 0 });
    room.room.close();
  });

  test('closing a feed is told to those who had it, and its name is free again', async () => {
    const room = await roomWithHost();
    const joined = valueOf(await room.join(bob));
    expect(await room.produce(ann, 'camera')).toMatchObject({ ok: false, error: { code: 'feed-exists' } });
    room.room.closeFeed('ann:camera' as FeedId);
    room.room.closeFeed('ann:camera' as FeedId);
    await until('bob is told', () => room.all('consumersClosed').length === 1);
    const camera = joined.consumers.find((one) => one.kind === 'video');
    expect(room.all('consumersClosed')).toEqual([[bob, [camera?.consumerId]]]);
    expect(room.all('feedLost')).toEqual([]);
    valueOf(await room.produce(ann, 'camera', { epoch: 2 }));
    await until('bob has it anew', () => room.added(bob).length === 1);
    expect(room.added(bob)[0]?.epoch).toBe(2);
    room.room.close();
  });

  test('a session that is kept negotiates nothing anew and learns what it missed', async () => {
    const room = await roomWithHost();
    const first = valueOf(await room.join(bob));
    room.readyAtOnce = false;
    room.room.closeFeed('ann:camera' as FeedId);
    valueOf(await room.produce(ann, 'screen'));
    await until('the screen is announced', () => room.added(bob).length === 1);
    const again = valueOf(await room.join(bob, { keep: first.session }));
    expect(again).toMatchObject({ kept: true, session: first.session });
    expect(again.consumers.map((one) => one.feedId)).toEqual(['ann:microphone']);
    room.readyAtOnce = true;
    room.room.announcePending(bob);
    await until('the screen is announced again', () => room.added(bob).length === 2);
    const third = valueOf(await room.join(bob, { keep: first.session }));
    expect(third.consumers.map((one) => one.feedId).sort()).toEqual(['ann:microphone', 'ann:screen']);
    const stranger = valueOf(await room.join(bob, { keep: 'another' }));
    expect(stranger.kept).toBe(false);
    room.room.close();
  });

  test('a publisher whose session is kept learns again which layers are wanted', async () => {
    const room = await roomWithHost();
    await until('only the lowest is wanted', () => room.all('layersWanted').length === 1);
    room.room.announcePending(ann);
    await until('it is told again', () => room.all('layersWanted').length === 2);
    expect(room.all('layersWanted')[1]).toEqual([ann, 'ann:camera', 0]);
    room.room.close();
  });

  test('a host who joins anew loses his old feeds, and others are told', async () => {
    const room = await roomWithHost();
    valueOf(await room.join(bob));
    valueOf(await room.join(ann, { send: true }));
    await until('bob is told', () => room.all('consumersClosed').length === 1);
    expect(room.all('consumersClosed')[0]?.[1]).toHaveLength(2);
    valueOf(await room.produce(ann, 'camera', { epoch: 2 }));
    await until('bob has the new one', () => room.added(bob).length === 1);
    room.room.close();
  });

  test('somebody brought on stage opens a send transport, and loses it with his seat', async () => {
    const room = await roomWithHost();
    valueOf(await room.join(bob));
    expect(await room.produce(bob, 'camera')).toMatchObject({
      ok: false,
      error: { code: 'media-unavailable' },
    });
    valueOf(await room.room.openSend(bob, fingerprints));
    valueOf(await room.produce(bob, 'camera'));
    await until('ann sees bob', () => room.added(ann).length === 1);
    valueOf(await room.room.restartIce(bob, 'send'));
    room.room.closeSend(bob);
    await until('ann sees him go', () => room.all('consumersClosed').some(([id]) => id === ann));
    expect(await room.produce(bob, 'camera')).toMatchObject({ ok: false });
    room.room.close();
  });

  test('layers that nobody looks at are switched off at the publisher, and on again at once', async () => {
    const room = await roomWithHost();
    const camera = 'ann:camera' as FeedId;
    const wanted = (): unknown[] => room.all('layersWanted');
    await until('only the lowest is wanted', () => wanted().length === 1);
    expect(wanted()).toEqual([[ann, camera, 0]]);
    valueOf(await room.join(bob));
    await until('all are wanted', () => wanted().length === 2);
    const tile = { feedId: camera, visible: true, quality: 'auto' as const };
    room.room.view(bob, [{ ...tile, width: 640, height: 360 }]);
    await until('the middle one is enough', () => wanted().length === 3);
    room.room.view(bob, [{ ...tile, visible: false, width: 640, height: 360 }]);
    await until('the lowest stays', () => wanted().length === 4);
    room.room.view(bob, [{ ...tile, width: 1280, height: 720 }]);
    await until('all are back', () => wanted().length === 5);
    expect(wanted().map((told) => (told as unknown[])[2])).toEqual([0, 2, 1, 0, 2]);
    room.room.close();
  });

  test('a feed can be paused while it is being opened', async () => {
    const room = openRoom();
    valueOf(await room.join(ann, { send: true }));
    const opening = room.produce(ann, 'camera');
    room.room.setPaused('ann:camera' as FeedId, true);
    valueOf(await opening);
    const [camera] = producers.slice(-1);
    expect((await camera!.dump()).paused).toBe(true);
    room.room.setPaused('ann:camera' as FeedId, false);
    expect((await camera!.dump()).paused).toBe(false);
    const cancelled = room.produce(ann, 'microphone');
    room.room.closeFeed('ann:microphone' as FeedId);
    expect(await cancelled).toMatchObject({ ok: false, error: { code: 'media-unavailable' } });
    room.room.close();
  });

  test('leaving, closing and everything after it may be repeated', async () => {
    const room = await roomWithHost();
    valueOf(await room.join(bob));
    const late = room.join(cid);
    room.room.leave(cid);
    expect(await late).toMatchObject({ ok: false, error: { code: 'media-unavailable' } });
    room.room.leave(bob);
    room.room.leave(bob);
    const during = room.join(bob);
    room.room.close();
    room.room.close();
    expect(await during).toMatchObject({ ok: false, error: { code: 'media-unavailable' } });
    expect(await room.join(bob)).toMatchObject({ ok: false, error: { code: 'media-unavailable' } });
    expect(await room.produce(ann, 'camera')).toMatchObject({ ok: false, error: { code: 'not-joined' } });
    const countBefore = room.told.length;
    await until('the worker has let everything go', () => {
      const [worker] = media.workers();
      return worker!.routers === 0 && worker!.transports === 0 && worker!.consumers.video === 0;
    });
    expect(room.told).toHaveLength(countBefore);
  });

  test('a burst of joins is served together', async () => {
    const room = await roomWithHost();
    const joins = Array.from({ length: 30 }, (_, index) => room.join(`viewer${index}` as typeof bob));
    const joined = (await Promise.all(joins)).map(valueOf);
    expect(joined.every((one) => one.consumers.length === 2)).toBe(true);
    expect(media.workers()[0]).toMatchObject({
      consumers: { audio: 30, video: 30 },
      producers: { audio: 1, video: 1 },
    });
    room.room.close();
  });

  test('who keeps sending far more than he may loses his send transport, and the room is told', async () => {
    const room = await roomWithHost();
    valueOf(await room.join(bob));
    const [send] = sending.slice(-1);
    const getStats = send!.getStats.bind(send);
    let bytesReceived = 0;
    send!.getStats = async () =>
      (await getStats()).map((stats) => ({ ...stats, bytesReceived: (bytesReceived += 10_000_000) }));
    await until('both feeds are lost', () => room.all('feedLost').length === 2);
    expect(send!.closed).toBe(true);
    expect(await room.produce(ann, 'camera')).toMatchObject({ error: { code: 'media-unavailable' } });
    expect(room.all('consumersClosed').map(([id]) => id)).toContain(bob);
    room.room.close();
  });
});
