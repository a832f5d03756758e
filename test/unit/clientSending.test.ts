import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup-client';
import { feedIdOf } from '../../client/feedNames.ts';
import { SendMedia } from '../../client/sendMedia.ts';
import type { Ask } from '../../client/signalConnection.ts';
import { TributaryError } from '../../client/tributaryError.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { RoomView } from '../../protocol/roomView.ts';
import type { Source } from '../../protocol/sources.ts';
import { FakeDevices, FakeTrack } from '../support/localTracks.ts';

const hanna = 'hanna' as ParticipantId;

class FakeProducer {
  closed = false;
  track: MediaStreamTrack | null;

  constructor(track: MediaStreamTrack) {
    this.track = track;
  }
  async replaceTrack({ track }: { track: MediaStreamTrack | null }): Promise<void> {
    this.track = track;
  }
  close(): void {
    this.closed = true;
  }
}

let devices: FakeDevices;
let producers: FakeProducer[];
let asked: unknown[];
let ended: Source[];
let off: Set<Source>;
let send: SendMedia;

beforeEach(() => {
  devices = new FakeDevices();
  devices.install();
  producers = [];
  asked = [];
  ended = [];
  off = new Set();
  const transport = {
    closed: false,
    produce: async ({ track }: { track: MediaStreamTrack }) => {
      const producer = new FakeProducer(track);
      producers.push(producer);
      return producer;
    },
  };
  send = new SendMedia({
    ask: (async (...message: unknown[]) => {
      asked.push(message);
      return {};
    }) as unknown as Ask,
    participantId: () => hanna,
    transport: async () => transport as unknown as types.Transport,
    codec: () => undefined,
    isOn: (source) => !off.has(source),
    changed: () => undefined,
    ended: (source) => ended.push(source),
    failed: () => undefined,
  });
});
afterEach(() => {
  send.close();
  devices.uninstall();
});

async function turn(source: 'camera' | 'microphone', on: boolean): Promise<void> {
  if (on) off.delete(source);
  else off.add(source);
  send.follow(source);
  if (on) await send.turnOn(source);
}
/** All that was begun is done: nothing here waits for more than promises. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('a microphone that was unplugged', () => {
  test('is opened anew when it is turned on again', async () => {
    await send.publish('microphone', {});
    devices.opened[0]!.unplug();
    expect(ended).toEqual(['microphone']);
    await turn('microphone', false);
    await turn('microphone', true);
    expect(devices.opened).toHaveLength(2);
    expect(producers[0]!.track).toBe(devices.opened[1]);
    expect(devices.opened[1]!.enabled).toBe(true);
  });

  test('is opened anew when it is published again', async () => {
    await send.publish('microphone', {});
    devices.opened[0]!.unplug();
    await send.publish('microphone', {});
    expect(producers[0]!.track).toBe(devices.opened[1]);
  });

  test('is not sent by the next transport', async () => {
    await send.publish('microphone', {});
    devices.opened[0]!.unplug();
    producers[0]!.close();
    send.republish();
    await settled();
    expect(producers).toHaveLength(1);
  });
});

test('a camera that could be opened neither beside the one before nor after it is told as gone', async () => {
  await send.publish('camera', {});
  const busy = () => new DOMException('in use', 'NotReadableError');
  devices.refusals.push(busy(), busy());
  await expect(send.publish('camera', { deviceId: 'back' })).rejects.toMatchObject({ code: 'device-busy' });
  expect(ended).toEqual(['camera']);
  await turn('camera', true);
  expect(producers[0]!.track).toBe(devices.opened[1]);
});

test("an app's own camera track is seen again after the camera was off", async () => {
  const canvas = new FakeTrack('video');
  await send.publish('camera', { track: canvas.asTrack });
  await turn('camera', false);
  await settled();
  expect(canvas.enabled).toBe(false);
  await turn('camera', true);
  expect(producers[0]!.track).toBe(canvas);
  expect(canvas).toMatchObject({ enabled: true, readyState: 'live' });
});

describe('another device', () => {
  test('chosen before the source is published is the one that is opened', async () => {
    await send.switchDevice('camera', 'back');
    await send.publish('camera', {});
    expect(devices.opened.map(({ deviceId }) => deviceId)).toEqual(['back']);
  });

  test('chosen while the camera is off is opened when it comes on', async () => {
    await send.publish('camera', {});
    await turn('camera', false);
    await send.switchDevice('camera', 'back');
    expect(devices.opened).toHaveLength(1);
    await turn('camera', true);
    expect(devices.opened[1]!.deviceId).toBe('back');
  });

  test("chosen while the app's own track is off takes its place", async () => {
    await send.publish('camera', { track: new FakeTrack('video').asTrack });
    await turn('camera', false);
    await send.switchDevice('camera', 'back');
    await turn('camera', true);
    expect(devices.opened.map(({ deviceId }) => deviceId)).toEqual(['back']);
  });

  test('that the sender does not take lets the one before go all the same', async () => {
    await send.publish('camera', {});
    producers[0]!.replaceTrack = async () => Promise.reject(new Error('no'));
    await expect(send.switchDevice('camera', 'back')).rejects.toThrow('no');
    send.close();
    expect(devices.opened.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
  });
});

describe('after a return', () => {
  const view = (...sources: Source[]): RoomView =>
    ({
      stage: [{ id: hanna, feeds: sources.map((source) => ({ feedId: feedIdOf(hanna, source), source })) }],
    }) as unknown as RoomView;

  test('a feed whose end was lost on the way is ended, and no other', async () => {
    await send.publish('camera', {});
    send.endForgotten(view('camera', 'microphone'));
    await settled();
    expect(asked).toEqual([['media.closeFeed', { feedId: feedIdOf(hanna, 'microphone') }]]);
  });

  test('what is being published is left alone', async () => {
    const publishing = send.publish('camera', {});
    send.endForgotten(view('camera'));
    await publishing;
    await settled();
    expect(asked).toEqual([]);
  });
});

test('a track that is opened while the room is left is let go', async () => {
  const publishing = send.publish('camera', {});
  send.close();
  await expect(publishing).rejects.toEqual(new TributaryError('closed'));
  expect(devices.opened.map(({ readyState }) => readyState)).toEqual(['ended']);
});
