import { signal } from '@preact/signals';
import { describe, expect, test } from '@jest/globals';
import type { LocalFeed, SelfView, StageMember } from '../../client/tributary.ts';
import { offStageWords } from '../../client-demo/state/offStage.ts';
import { publishChosen, publishIntended } from '../../client-demo/state/publishing.ts';
import { chosenDevices } from '../../client-demo/state/remembered.ts';
import type { Session } from '../../client-demo/state/session.ts';
import type { RoomView } from '../../protocol/roomView.ts';

class FakeTrack {
  running = true;
  stop(): void {
    this.running = false;
  }
}
const tracks = () => ({ camera: new FakeTrack(), microphone: new FakeTrack() });
const asTracks = (made: ReturnType<typeof tracks>) =>
  made as unknown as { camera: MediaStreamTrack; microphone: MediaStreamTrack };

/** A visit to a room that takes what is published, or refuses all of it. */
function visit({ onStage, refuses = false }: { onStage: boolean; refuses?: boolean }) {
  const localFeeds: LocalFeed[] = [];
  const switched: [string, string][] = [];
  const publish = async ({ track }: { track?: MediaStreamTrack }): Promise<void> => {
    if (refuses) throw new Error('no');
    localFeeds.push({ track } as LocalFeed);
  };
  const room = {
    localFeeds,
    publishCamera: publish,
    publishMicrophone: publish,
    setCamera: async () => undefined,
    setMicrophone: async () => undefined,
    switchDevice: async (source: string, deviceId: string) => {
      switched.push([source, deviceId]);
      throw new Error('unplugged');
    },
  };
  const seat = onStage ? ({ intent: { microphone: true, camera: true } } as StageMember) : undefined;
  const session = {
    room: signal(room),
    seat: signal(seat),
    onStage: signal(onStage),
    attempt: (request: Promise<unknown>) =>
      request.then(
        () => true,
        () => false,
      ),
  } as unknown as Session;
  return { session, switched };
}

describe('the tracks of a lobby', () => {
  test('are let go by somebody who found no seat', async () => {
    const made = tracks();
    await publishIntended(visit({ onStage: false }).session, asTracks(made));
    expect([made.camera.running, made.microphone.running]).toEqual([false, false]);
  });

  test('are let go when the room does not take them', async () => {
    const made = tracks();
    const { session } = visit({ onStage: true, refuses: true });
    await publishChosen(session, { microphone: true, camera: true }, asTracks(made));
    expect([made.camera.running, made.microphone.running]).toEqual([false, false]);
  });

  test('run on where they are sent', async () => {
    const made = tracks();
    const { session } = visit({ onStage: true });
    await publishChosen(session, { microphone: true, camera: true }, asTracks(made));
    expect([made.camera.running, made.microphone.running]).toEqual([true, true]);
  });

  test('that are off leave word of the device that was chosen', async () => {
    chosenDevices.camera.value = 'the good one';
    const { session, switched } = visit({ onStage: true });
    await publishChosen(session, { microphone: true, camera: false }, {});
    expect(switched).toEqual([['camera', 'the good one']]);
    chosenDevices.camera.value = '';
  });
});

describe('who has no seat', () => {
  const view = (...roles: string[]) => ({ seats: 3, stage: roles.map((role) => ({ role })) }) as RoomView;
  const self = (more: Partial<SelfView>) => ({ onStage: false, rights: ['publish'], ...more }) as SelfView;

  test.each([
    ['on stage nothing', view('host'), self({ onStage: true }), /^$/],
    [
      'that the stage is full',
      view('host', 'cohost', 'cohost'),
      self({}),
      /Every seat .* taken.*Ask to join/,
    ],
    ['that the host’s own seat is not his', view('cohost', 'cohost'), self({}), /Every seat/],
    ['how to come back', view('host', 'cohost'), self({}), /Ask to join/],
    ['to wait, once he asked', view('host'), self({ request: { expiresAtMs: 1 } }), /^You asked to join/],
    ['that his link has no place', view('host'), self({ rights: [] }), /no place on stage/],
  ])('is told %s', (_what, room, me, words) => {
    expect(offStageWords(room, me)).toMatch(words);
  });
});
