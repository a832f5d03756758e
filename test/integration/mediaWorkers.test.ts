import { afterEach, describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { Media } from '../../server/media/mediaTypes.ts';
import {
  TestRoom,
  ann,
  bob,
  cid,
  dan,
  fingerprints,
  startMedia,
  until,
  valueOf,
} from '../support/mediaRoom.ts';
import { onProducers } from '../support/workerObjects.ts';

describe('rooms over several workers', () => {
  let media: Media | undefined;
  afterEach(async () => {
    await media?.close();
  });

  /** Pids of the workers, those with a router of some room first. */
  function pids(running: Media): { used: number[]; idle: number[] } {
    const status = running.workers();
    const pidsOf = (used: boolean): number[] =>
      status.filter((worker) => worker.routers > 0 === used).map((worker) => worker.pid);
    return { used: pidsOf(true), idle: pidsOf(false) };
  }

  /** Waits until the workers themselves say so of all these. */
  async function untilPaused(producers: types.Producer[], paused: boolean): Promise<void> {
    let dumps: types.ProducerDump[];
    do dumps = await Promise.all(producers.map((producer) => producer.dump()));
    while (dumps.some((dump) => dump.paused !== paused));
  }

  test('a full shard makes the room grow onto the other worker, and feeds are piped there', async () => {
    const microphones: types.Producer[] = [];
    const stop = onProducers((producer) => {
      if (producer.kind === 'audio') microphones.push(producer);
    });
    media = await startMedia({ workers: 2, viewersPerShard: 1 });
    stop();
    const room = new TestRoom(media, 'wide');
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera'));
    expect(pids(media).used).toHaveLength(1);
    const joined = valueOf(await room.join(bob));
    expect(joined.consumers.map((one) => one.feedId)).toEqual(['ann:camera']);
    expect(joined.consumers[0]?.hops).toBe(1);
    expect(media.workers().map((worker) => worker.routers)).toEqual([1, 1]);
    expect(media.workers().map((worker) => worker.producers.video)).toEqual([1, 1]);
    valueOf(await room.produce(ann, 'microphone'));
    await until('the microphone is piped too', () => room.added(bob).length === 1);
    const [microphone] = room.added(bob);
    for (const paused of [true, false, true]) {
      room.room.setPaused(microphone!.feedId, paused);
      await untilPaused(microphones, paused);
    }
    expect(microphones).toHaveLength(2);
    // Both workers have a router now: the third is put beside one of them.
    expect(valueOf(await room.join(cid)).consumers).toHaveLength(2);
    room.room.leave(bob);
    room.room.leave(cid);
    await until('the emptied shard is closed', () => pids(media!).used.length === 1);
    valueOf(await room.join(dan));
    room.room.close();
  });

  test('rooms that are opened at the same moment are spread over the workers', async () => {
    media = await startMedia({ workers: 2 });
    const running = media;
    const rooms = Array.from({ length: 6 }, (_, index) => new TestRoom(running, `show${index}`));
    for (const joined of await Promise.all(rooms.map((room) => room.join(ann, { send: true }))))
      valueOf(joined);
    expect(media.workers().map((worker) => worker.routers)).toEqual([3, 3]);
  });

  test('somebody brought on stage counts as a publisher where the next room is placed', async () => {
    // Nothing is measured before the end of the test: what counts is what was placed.
    media = await startMedia({
      workers: 2,
      cpuSampleMs: 60_000,
      viewerCpuCharge: 0,
      publisherCpuCharge: 0.05,
    });
    const [first, second, third] = ['first', 'second', 'third'].map((name) => new TestRoom(media!, name));
    valueOf(await first!.join(ann, { send: true }));
    valueOf(await second!.join(bob, { send: true }));
    valueOf(await first!.join(cid));
    valueOf(await first!.room.openSend(cid, fingerprints));
    valueOf(await third!.join(dan, { send: true }));
    expect(media.workers().map((worker) => worker.routers)).toEqual([1, 2]);
  });

  test('a signal to the process does not end the workers: a drain goes on with media', async () => {
    const listeners = (): number[] => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    media = await startMedia({ workers: 2 });
    expect(listeners()).toEqual(before);
  });

  test("a worker's death is told to those who had media there, and to nobody else", async () => {
    media = await startMedia({ workers: 2 });
    const hit = new TestRoom(media, 'hit');
    valueOf(await hit.join(ann, { send: true }));
    valueOf(await hit.produce(ann, 'camera'));
    valueOf(await hit.produce(ann, 'microphone'));
    valueOf(await hit.join(bob));
    const [dead] = pids(media).used;
    const spared = new TestRoom(media, 'spared');
    valueOf(await spared.join(cid, { send: true }));
    valueOf(await spared.produce(cid, 'camera'));
    const kept = valueOf(await spared.join(dan));
    expect(pids(media).idle).toEqual([]);
    const toldBefore = spared.told.length;

    process.kill(dead!, 'SIGKILL');
    await until('both have lost their media', () => hit.all('mediaLost').length === 2);
    expect(hit.all('mediaLost').find(([id]) => id === ann)).toEqual([ann, 0]);
    expect(hit.all('feedLost').flat().sort()).toEqual(['ann:camera', 'ann:microphone']);
    // At once, before another worker is there.
    const joined = valueOf(await hit.join(ann, { send: true }));
    expect(joined.kept).toBe(false);
    valueOf(await hit.produce(ann, 'camera', { epoch: 2 }));
    expect(valueOf(await hit.join(bob)).consumers).toHaveLength(1);

    await until('the dead worker is replaced', () => media!.workers().length === 2);
    expect(media.workers().some((worker) => worker.pid === dead)).toBe(false);
    expect(valueOf(await spared.join(dan, { keep: kept.session })).kept).toBe(true);
    expect(spared.told).toHaveLength(toldBefore);
  });

  test('a worker that hangs is replaced, and whoever it kept waiting is told', async () => {
    media = await startMedia({ workers: 1, cpuSampleMs: 50, hungAfterSamples: 5 });
    const room = new TestRoom(media, 'stuck');
    valueOf(await room.join(ann, { send: true }));
    const [hung] = media.workers();
    process.kill(hung!.pid, 'SIGSTOP');
    const waiting = room.join(bob);
    await until('ann is told', () => room.all('mediaLost').length === 1);
    expect(await waiting).toMatchObject({ error: { code: 'media-unavailable' } });
    await until('another worker runs in its place', () => media!.workers()[0]?.slot === hung!.slot);
    expect(media.workers()[0]?.pid).not.toBe(hung!.pid);
    valueOf(await room.join(bob));
  });

  test('with a single worker, joins wait for the new one', async () => {
    media = await startMedia({ workers: 1 });
    const room = new TestRoom(media, 'small');
    valueOf(await room.join(ann, { send: true }));
    process.kill(media.workers()[0]!.pid, 'SIGKILL');
    await until('ann is told', () => room.all('mediaLost').length === 1);
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera'));
  });

  test('when only the worker of some viewers dies, the publisher and the others stay', async () => {
    media = await startMedia({ workers: 2, viewersPerShard: 2 });
    const room = new TestRoom(media, 'wide');
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera'));
    const [primary] = pids(media).used;
    valueOf(await room.join(bob));
    valueOf(await room.join(cid));
    valueOf(await room.join(dan));
    process.kill(
      pids(media).used.find((pid) => pid !== primary)!,
      'SIGKILL',
    );
    await until('two have lost their media', () => room.all('mediaLost').length === 2);
    expect(room.all('mediaLost').map(([id]) => id)).toEqual([cid, dan]);
    expect(room.all('feedLost')).toEqual([]);
    expect(room.all('consumersClosed').filter(([id]) => id === bob)).toEqual([]);
    await until('the worker is replaced', () => media!.workers().length === 2);
    expect(valueOf(await room.join(cid)).consumers).toHaveLength(1);
  });

  test('when the primary dies, viewers elsewhere stay, and the feed comes back to them', async () => {
    media = await startMedia({ workers: 2, viewersPerShard: 1 });
    const room = new TestRoom(media, 'wide');
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera'));
    const [primary] = pids(media).used;
    const kept = valueOf(await room.join(bob));
    process.kill(primary!, 'SIGKILL');
    await until('ann has lost her media', () => room.all('mediaLost').length === 1);
    expect(room.all('consumersClosed')).toContainEqual([bob, [kept.consumers[0]?.consumerId]]);
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera', { epoch: 2 }));
    await until('bob has the new feed', () => room.added(bob).length === 1);
    expect(valueOf(await room.join(bob, { keep: kept.session })).consumers).toHaveLength(1);
    expect(room.all('mediaLost').map(([id]) => id)).toEqual([ann]);
  });

  test('workers die at random under joins and feeds, and the room comes to rest whole', async () => {
    media = await startMedia({ workers: 2, viewersPerShard: 3 });
    const room = new TestRoom(media, 'storm');
    const viewers = Array.from({ length: 12 }, (_, index) => `viewer${index}` as ParticipantId);
    const joinAll = (): Promise<unknown> => Promise.all(viewers.map((viewer) => room.join(viewer)));
    for (let round = 0; round < 3; round++) {
      await room.join(ann, { send: true });
      const storm = [
        joinAll(),
        room.produce(ann, 'camera', { epoch: round }),
        room.produce(ann, 'microphone'),
      ];
      process.kill(media.workers()[round % media.workers().length]!.pid, 'SIGKILL');
      await Promise.all(storm);
      await until('both workers run', () => media!.workers().length === 2);
    }
    room.told.length = 0;
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera', { epoch: 9 }));
    for (const viewer of viewers) {
      expect(valueOf(await room.join(viewer)).consumers.map((one) => one.epoch)).toEqual([9]);
    }
    room.room.close();
    await until('nothing is left', () => media!.workers().every((worker) => worker.routers === 0));
  });
});
