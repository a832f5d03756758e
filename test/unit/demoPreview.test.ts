import { describe, expect, test } from '@jest/globals';
import { TributaryError } from '../../client/tributaryError.ts';
import { LobbyPreview } from '../../client-demo/state/lobbyPreview.ts';

class FakeTrack {
  running = true;
  stop(): void {
    this.running = false;
  }
}

/** A preview whose cameras open, or fail, when the test says so. */
function lobby() {
  const asked: { opens(): FakeTrack; fails(code: 'device-busy'): void }[] = [];
  const preview = new LobbyPreview(
    () =>
      new Promise((resolve, reject) => {
        asked.push({
          opens: () => {
            const track = new FakeTrack();
            resolve(track as unknown as MediaStreamTrack);
            return track;
          },
          fails: (code) => reject(new TributaryError(code)),
        });
      }),
  );
  return { preview, asked };
}
const settled = (): Promise<unknown> => new Promise(setImmediate);

describe('the preview of a camera', () => {
  test('shows the one asked for last, whichever opens last', async () => {
    const { preview, asked } = lobby();
    void preview.setOn('camera', true);
    void preview.setOn('camera', true);
    const second = asked[1]?.opens();
    const first = asked[0]?.opens();
    await settled();
    expect(preview.camera.value).toEqual({ on: true, track: second, problem: null });
    expect([first?.running, second?.running]).toEqual([false, true]);
  });

  test('turned off and on again while it opens, runs once', async () => {
    const { preview, asked } = lobby();
    void preview.setOn('camera', true);
    void preview.setOn('camera', false);
    void preview.setOn('camera', true);
    const tracks = asked.map(({ opens }) => opens());
    await settled();
    expect(tracks.map(({ running }) => running)).toEqual([false, true]);
    expect(preview.camera.value.track).toBe(tracks[1]);
  });

  test('a failure of an older try does not take away the one that works', async () => {
    const { preview, asked } = lobby();
    void preview.setOn('camera', true);
    void preview.setOn('camera', true);
    const track = asked[1]?.opens();
    asked[0]?.fails('device-busy');
    await settled();
    expect(preview.camera.value).toEqual({ on: true, track, problem: null });
  });

  test('closed while it opens, leaves nothing running', async () => {
    const { preview, asked } = lobby();
    void preview.setOn('camera', true);
    preview.close();
    const track = asked[0]?.opens();
    await settled();
    expect(track?.running).toBe(false);
    expect(preview.camera.value.track).toBeNull();
  });

  test('handed over runs on, and what was still opening does not', async () => {
    const { preview, asked } = lobby();
    void preview.setOn('camera', true);
    const given = asked[0]?.opens();
    await settled();
    void preview.setOn('microphone', true);
    expect(preview.handOver()).toEqual({ camera: given });
    const late = asked[1]?.opens();
    await settled();
    preview.close();
    expect([given?.running, late?.running]).toEqual([true, false]);
  });
});
