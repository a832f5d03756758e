import { expect, test } from '@jest/globals';
import { testFakeParameters } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { withProbator } from '../../client/singleNegotiation.ts';

type Wanted = Parameters<types.HandlerInterface['receive']>[0];

/** A handler that notes what each of its negotiations was about. */
function fakeHandler(): { handler: Pick<types.HandlerInterface, 'receive'>; negotiations: string[][] } {
  const negotiations: string[][] = [];
  const receive = async (wanted: Wanted) => {
    negotiations.push(wanted.map(({ trackId }) => trackId));
    return wanted.map(({ trackId }) => ({ localId: trackId, track: {} as MediaStreamTrack }));
  };
  return { handler: withProbator({ receive }), negotiations };
}

function wanted(trackId: string, kind: types.MediaKind): Wanted[number] {
  const codecMimeType = kind === 'video' ? 'video/VP8' : 'audio/opus';
  const { rtpParameters } = testFakeParameters.generateConsumerRemoteParameters({
    id: trackId,
    codecMimeType,
  });
  return { trackId, kind, rtpParameters };
}

test('the first video brings the stream for probing along, and the library finds it done', async () => {
  const { handler, negotiations } = fakeHandler();
  const received = await handler.receive([wanted('sound', 'audio'), wanted('picture', 'video')]);
  expect(received.map(({ localId }) => localId)).toEqual(['sound', 'picture']);
  expect(await handler.receive([wanted('probator', 'video')])).toMatchObject([{ localId: 'probator' }]);
  expect(negotiations).toEqual([['sound', 'picture', 'probator']]);
});

test('sound alone needs no probing, and a later picture brings nothing twice', async () => {
  const { handler, negotiations } = fakeHandler();
  await handler.receive([wanted('sound', 'audio')]);
  await handler.receive([wanted('picture', 'video')]);
  await handler.receive([wanted('screen', 'video')]);
  expect(negotiations).toEqual([['sound'], ['picture', 'probator'], ['screen']]);
});

test('after a failed negotiation the next one brings the stream for probing', async () => {
  const { handler, negotiations } = fakeHandler();
  const broken = withProbator({ receive: (_: Wanted) => Promise.reject(new Error('refused')) });
  await expect(broken.receive([wanted('picture', 'video')])).rejects.toThrow('refused');
  await handler.receive([wanted('picture', 'video')]);
  expect(negotiations).toEqual([['picture', 'probator']]);
});
