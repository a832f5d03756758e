import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rtpParametersSchema } from '../../protocol/mediaParameters.ts';
import type { RtpCapabilitiesMessage, RtpParametersMessage } from '../../protocol/mediaParameters.ts';
import { feedIdOf } from '../../protocol/identity.ts';
import type { Source } from '../../protocol/identity.ts';
import type { Media } from '../../server/media/mediaTypes.ts';
import { TestRoom, ann, bob, startMedia, valueOf } from '../support/mediaRoom.ts';
import { cameraParameters, microphoneParameters } from '../support/rtpParameters.ts';

type Change = (parameters: RtpParametersMessage) => void;

describe('hostile media parameters', () => {
  let media: Media;
  let room: TestRoom;
  let pid: number;
  let rooms = 0;

  beforeAll(async () => {
    media = await startMedia();
    pid = media.workers()[0]!.pid;
  });
  afterAll(async () => {
    await media.close();
  });
  beforeEach(async () => {
    room = new TestRoom(media, `hostile${rooms++}`);
    valueOf(await room.join(ann, { send: true }));
  });

  function produce(source: Source, rtpParameters: RtpParametersMessage) {
    return room.room.produce({
      participantId: ann,
      feedId: feedIdOf(ann, source),
      epoch: 1,
      source,
      rtpParameters,
      paused: false,
    });
  }

  /** The same worker still serves an honest publisher and his viewer, in this room. */
  async function expectAllIsWell(): Promise<void> {
    valueOf(await produce('screen', cameraParameters(77_771)));
    valueOf(await produce('microphone', microphoneParameters(78_772)));
    const joined = valueOf(await room.join(bob));
    expect(joined.consumers.map((one) => one.feedId)).toEqual(
      expect.arrayContaining(['ann:screen', 'ann:microphone']),
    );
    expect(media.workers().map((worker) => worker.pid)).toEqual([pid]);
    room.room.close();
  }

  const refused: [string, Change][] = [
    ['sound in a picture', (p) => (p.codecs = microphoneParameters(1).codecs)],
    ['an unknown codec', (p) => (p.codecs[0]!.mimeType = 'video/H266')],
    ['repeated payload types', (p) => (p.codecs[1]!.payloadType = 96)],
    ['RTX alone', (p) => p.codecs.shift()],
    ['RTX of RTX', (p) => (p.codecs[1]!.parameters = { apt: 97 })],
    ['RTX of nothing', (p) => (p.codecs[1]!.parameters = { apt: 'x' })],
    ['a parameter that is null', (p) => (p.codecs[0]!.parameters = { x: null })],
    ['an unknown header extension', (p) => p.headerExtensions!.push({ uri: 'urn:x', id: 5 })],
    ['repeated header extension ids', (p) => (p.headerExtensions![1]!.id = 4)],
    ['a null header extension parameter', (p) => (p.headerExtensions![0]!.parameters = { x: null })],
    ['repeated SSRCs', (p) => (p.encodings = [{ ssrc: 5 }, { ssrc: 5 }])],
    ['an RTX SSRC that is a media SSRC', (p) => (p.encodings = [{ ssrc: 5, rtx: { ssrc: 5 } }])],
    ['SSRC 0', (p) => (p.encodings = [{ ssrc: 0 }])],
    ['repeated rids', (p) => (p.encodings = [{ rid: 'a' }, { rid: 'a' }])],
    ['too many encodings', (p) => (p.encodings = ['a', 'b', 'c', 'd', 'e'].map((rid) => ({ rid })))],
    ['many layers', (p) => (p.encodings = [{ rid: 'a', scalabilityMode: 'L99T99' }])],
    ['simulcast of SVC', (p) => (p.encodings = ['a', 'b'].map((rid) => ({ rid, scalabilityMode: 'L3T3' })))],
    ['differing modes', (p) => (p.encodings = [{ rid: 'a', scalabilityMode: 'L1T3' }, { rid: 'b' }])],
    ['an encoding of an unknown codec', (p) => (p.encodings = [{ rid: 'a', codecPayloadType: 99 }])],
    ['an encoding of RTX', (p) => (p.encodings = [{ rid: 'a', codecPayloadType: 97 }])],
    [
      'nothing to know the stream by',
      (p) => {
        delete p.mid;
        delete p.headerExtensions;
        p.encodings = [{}];
      },
    ],
  ];

  test.each(refused)('%s is refused', async (_name, change) => {
    const parameters = cameraParameters(5005);
    change(parameters);
    expect(await produce('camera', parameters)).toMatchObject({
      ok: false,
      error: { code: 'bad-media-parameters' },
    });
    await expectAllIsWell();
  });

  const odd: [string, Change][] = [
    [
      'huge and fractional numbers',
      (p) => (p.codecs[0]!.parameters = { a: 1e300, b: 0.1, c: -0, d: 2 ** 40 }),
    ],
    ['SVC in VP8', (p) => (p.encodings = [{ rid: 'a', scalabilityMode: 'L3T3' }])],
    ['a mid of the wrong kind of length', (p) => (p.mid = 'm'.repeat(16))],
    ['no encodings', (p) => delete p.encodings],
    ['an empty cname', (p) => (p.rtcp = { cname: '' })],
    ['a clock rate of 0', (p) => (p.codecs[0]!.clockRate = 0)],
    ['a strange header extension number', (p) => (p.headerExtensions![0]!.id = 255)],
    ['feedback of any name', (p) => (p.codecs[0]!.rtcpFeedback = [{ type: '\u0000', parameter: '%s%n' }])],
  ];

  test.each(odd)('%s harms nobody else', async (_name, change) => {
    const parameters = cameraParameters(6006);
    change(parameters);
    await produce('camera', parameters);
    await expectAllIsWell();
  });

  test('a second feed with the same SSRCs or mid is refused', async () => {
    const parameters = { ...microphoneParameters(9000), mid: 'one' };
    valueOf(await produce('microphone', parameters));
    for (const mid of ['one', 'two']) {
      expect(await produce('screen-audio', { ...parameters, mid })).toMatchObject({
        ok: false,
        error: { code: 'bad-media-parameters' },
      });
    }
    room.room.closeFeed(feedIdOf(ann, 'microphone'));
    await expectAllIsWell();
  });

  test('capabilities that make no sense are refused, and empty ones receive nothing', async () => {
    valueOf(await produce('camera', cameraParameters(4000)));
    const { rtpCapabilities } = media;
    const broken = structuredClone(rtpCapabilities);
    broken.codecs[0]!.parameters = { apt: 'x' };
    expect(await room.join(bob, { rtpCapabilities: broken })).toMatchObject({
      ok: false,
      error: { code: 'bad-media-parameters' },
    });
    const none: RtpCapabilitiesMessage = { codecs: [], headerExtensions: [] };
    expect(valueOf(await room.join(bob, { rtpCapabilities: none })).consumers).toEqual([]);
    room.room.closeFeed(feedIdOf(ann, 'camera'));
    await expectAllIsWell();
  });

  test('thousands of parameters changed at random never hurt the worker', async () => {
    let seed = 42;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const strange: unknown[] = [
      0,
      1,
      96,
      97,
      111,
      255,
      2 ** 32 - 1,
      '',
      'x',
      'video/rtx',
      'L1T3',
      null,
      true,
      [],
      {},
    ];
    const mutate = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null || random(8) === 0)
        return strange[random(strange.length)];
      const copy = structuredClone(value) as Record<string, unknown>;
      const keys = Object.keys(copy);
      const key = keys[random(keys.length)];
      if (key !== undefined) copy[key] = mutate(copy[key]);
      return copy;
    };
    let tried = 0;
    for (let round = 0; round < 12_000; round++) {
      let parameters: unknown = cameraParameters(5005);
      for (let changes = 1 + random(3); changes > 0; changes--) parameters = mutate(parameters);
      const parsed = rtpParametersSchema.safeParse(parameters);
      if (!parsed.success) continue;
      tried++;
      const answer = await produce('camera', parsed.data);
      if (!answer.ok) expect(answer.error.code).toBe('bad-media-parameters');
      else room.room.closeFeed(feedIdOf(ann, 'camera'));
    }
    expect(tried).toBeGreaterThan(1000);
    await expectAllIsWell();
  });
});
