import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { types } from 'mediasoup-client';
import { MediaAttempts } from '../../client/mediaAttempts.ts';
import { MediaSession } from '../../client/mediaSession.ts';
import { MediaTransport } from '../../client/mediaTransport.ts';
import type { PreparedMedia } from '../../client/preparation.ts';
import { TributaryError } from '../../client/tributaryError.ts';
import type { JoinReply } from '../../protocol/clientMessages.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { TransportInfo } from '../../protocol/mediaParameters.ts';

/** A transport of the library, whose ICE does what a test says. */
class FakeTransport extends EventEmitter {
  closed = false;
  connectionState: types.ConnectionState = 'new';
  restarts = 0;

  become(state: types.ConnectionState): void {
    this.connectionState = state;
    this.emit('connectionstatechange', state);
  }
  async restartIce(): Promise<void> {
    this.restarts++;
  }
  close(): void {
    this.closed = true;
  }
}

let ice: FakeTransport;
let media: MediaTransport;
let lost: number;
/** Requests for a restart that wait for their answer. */
let asked: PromiseWithResolvers<TransportInfo['iceParameters']>[];

beforeEach(() => {
  jest.useFakeTimers();
  ice = new FakeTransport();
  lost = 0;
  asked = [];
  const prepared = { device: { createRecvTransport: () => ice } } as unknown as PreparedMedia;
  media = new MediaTransport('recv', {} as TransportInfo, prepared, {
    connected: () => undefined,
    shaky: () => undefined,
    restartIce: () => {
      const request = Promise.withResolvers<TransportInfo['iceParameters']>();
      asked.push(request);
      return request.promise;
    },
    lost: () => (lost += 1),
  });
  ice.become('connected');
});
afterEach(() => {
  media.close();
  jest.useRealTimers();
});

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const answer = async (): Promise<void> => {
  asked.at(-1)!.resolve({} as TransportInfo['iceParameters']);
  await pass(0);
};
const refuse = async (code: TributaryError['code']): Promise<void> => {
  asked.at(-1)!.reject(new TributaryError(code));
  await pass(0);
};

describe('a transport that gets nothing through', () => {
  test('mends itself by one restart of ICE, and a short gap needs none', async () => {
    ice.become('disconnected');
    await pass(900);
    ice.become('connected');
    await pass(5000);
    expect(asked).toHaveLength(0);
    ice.become('disconnected');
    await pass(1000);
    await answer();
    ice.become('connected');
    await pass(60_000);
    expect({ restarts: ice.restarts, lost }).toEqual({ restarts: 1, lost: 0 });
  });

  test('waits for the socket: neither its own failing nor the return ends it before the restart was tried', async () => {
    ice.become('disconnected');
    await pass(1000);
    ice.become('failed');
    media.check();
    await pass(5000);
    expect({ asked: asked.length, lost }).toEqual({ asked: 1, lost: 0 });
    await answer();
    ice.become('connected');
    await pass(60_000);
    expect({ restarts: ice.restarts, lost }).toEqual({ restarts: 1, lost: 0 });
  });

  test('is not lost by what the browser says while ICE looks for a way again', async () => {
    ice.become('failed');
    await answer();
    ice.become('disconnected');
    ice.become('failed');
    await pass(5000);
    ice.become('connected');
    await pass(60_000);
    expect({ asked: asked.length, lost }).toEqual({ asked: 1, lost: 0 });
  });

  test('that was connected again before its restart was answered is looked after as before', async () => {
    ice.become('failed');
    ice.become('connected');
    await answer();
    ice.become('failed');
    expect(asked).toHaveLength(2);
  });

  test('asks again when the socket went away under the question', async () => {
    ice.become('failed');
    await refuse('unreachable');
    media.check();
    await refuse('unreachable');
    await pass(1000);
    expect({ asked: asked.length, lost }).toEqual({ asked: 3, lost: 0 });
    await answer();
    expect(ice.restarts).toBe(1);
  });

  test('restarts once more after a return: the restart of before went into the network that was lost', async () => {
    ice.become('failed');
    await answer();
    media.check();
    await answer();
    expect({ restarts: ice.restarts, lost }).toEqual({ restarts: 2, lost: 0 });
  });

  test('is lost when the restart did not help, or the server refuses one', async () => {
    ice.become('failed');
    await answer();
    await pass(8000);
    expect(lost).toBe(1);
    ice.become('connected');
    ice.become('failed');
    await refuse('media-unavailable');
    expect(lost).toBe(2);
  });

  test('says nothing any more once it is closed or replaced', async () => {
    ice.become('failed');
    media.retire();
    await refuse('closed');
    await pass(60_000);
    expect({ asked: asked.length, lost, closed: ice.closed }).toEqual({ asked: 1, lost: 0, closed: true });
  });
});

describe('media made anew', () => {
  test('that never got through is hopeless at the third time', () => {
    const attempts = new MediaAttempts();
    expect(attempts.lost(0)).toBe(0);
    expect(attempts.lost(0)).toBeGreaterThan(0);
    expect(attempts.lost(0)).toBeUndefined();
  });

  test('that was through once is tried without end, at growing pauses', () => {
    const attempts = new MediaAttempts();
    attempts.connected();
    const pauses = Array.from({ length: 8 }, () => attempts.lost(1));
    expect(pauses).toEqual([0, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
    attempts.connected();
    expect(attempts.lost(1)).toBe(0);
  });
});

describe('a media session', () => {
  const reply = (session: string): JoinReply =>
    ({
      self: { onStage: true },
      room: { stage: [] },
      media: { kept: false, session, recv: {}, send: {}, consumers: [] },
    }) as unknown as JoinReply;

  test('is lost once, whichever of its transports see it, and so is the next', async () => {
    const made: FakeTransport[] = [];
    const make = (): FakeTransport => {
      const transport = new FakeTransport();
      made.push(transport);
      return transport;
    };
    const prepared = {
      device: { createRecvTransport: make, createSendTransport: make },
    } as unknown as PreparedMedia;
    const session = new MediaSession({
      ask: async () => Promise.reject(new TributaryError('media-unavailable')),
      dropFrames: false,
      participantId: () => 'hanna' as ParticipantId,
      connected: () => undefined,
      shaky: () => undefined,
      lost: () => (lost += 1),
      received: {} as ConstructorParameters<typeof MediaSession>[0]['received'],
      sent: {} as ConstructorParameters<typeof MediaSession>[0]['sent'],
    });
    for (const [name, losses] of [
      ['first', 1],
      ['second', 2],
    ] as const) {
      session.apply(reply(name), prepared);
      for (const transport of made.slice(-2)) transport.become('failed');
      await pass(0);
      expect(lost).toBe(losses);
    }
    session.close();
  });
});
