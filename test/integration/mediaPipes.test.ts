import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Media } from '../../server/media/mediaTypes.ts';
import { TestRoom, ann, bob, cid, startMedia, until, valueOf } from '../support/mediaRoom.ts';
import { freePorts } from '../support/ports.ts';
import { onProducers } from '../support/workerObjects.ts';

describe('a feed that cannot be piped to another worker', () => {
  let media: Media | undefined;
  let release = (): void => undefined;
  afterEach(async () => {
    release();
    await media?.close();
  });

  /** Takes the only ports there are for pipes, until `release()`. */
  async function takePorts(): Promise<{ pipePortMin: number; pipePortMax: number }> {
    const [pipePortMin, pipePortMax] = (await freePorts(2)) as [number, number];
    const sockets = [pipePortMin, pipePortMax].map((port) => createSocket('udp4').bind(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'listening')));
    release = () => {
      release = () => undefined;
      for (const socket of sockets) socket.close();
    };
    return { pipePortMin, pipePortMax };
  }

  test('is offered to those who are there, and to those who came meanwhile, as soon as it can be', async () => {
    const pipeRetriesMs = Array.from({ length: 500 }, () => 10);
    media = await startMedia({ workers: 2, viewersPerShard: 1, pipeRetriesMs, ...(await takePorts()) });
    const room = new TestRoom(media, 'wide');
    valueOf(await room.join(ann, { send: true }));
    expect(valueOf(await room.join(bob)).consumers).toEqual([]);
    valueOf(await room.produce(ann, 'camera'));
    valueOf(await room.produce(ann, 'microphone'));
    expect(media.workers().map((worker) => worker.routers)).toEqual([1, 1]);
    await room.join(cid);
    release();
    await until('bob has both', () => room.added(bob).length === 2);
    expect(
      room
        .added(bob)
        .map((one) => one.feedId)
        .sort(),
    ).toEqual(['ann:camera', 'ann:microphone']);
    expect(media.workers().reduce((sum, worker) => sum + worker.producers.video, 0)).toBe(2);
  });

  test('leaves nothing behind that stands in the way of the next attempt', async () => {
    const failed: string[] = [];
    const stop = onProducers((producer) => {
      // The one in the other worker has the same id.
      if (producer.kind !== 'video' || failed.push(producer.id) !== 2) return;
      producer.enableTraceEvent = () => Promise.reject(new Error('out of order'));
    });
    media = await startMedia({ workers: 2, viewersPerShard: 1 });
    stop();
    const room = new TestRoom(media, 'wide');
    valueOf(await room.join(ann, { send: true }));
    valueOf(await room.produce(ann, 'camera'));
    expect(valueOf(await room.join(bob)).consumers.map((one) => one.feedId)).toEqual(['ann:camera']);
    expect(new Set(failed).size).toBe(1);
    expect(failed).toHaveLength(3);
    expect(media.workers().map((worker) => worker.producers.video)).toEqual([1, 1]);
  });
});
