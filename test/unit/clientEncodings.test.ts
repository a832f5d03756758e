import { describe, expect, test } from '@jest/globals';
import { audioPlan, videoPlan } from '../../client/encodings.ts';

const hd = { width: 1280, height: 720 };

describe('how a source is sent', () => {
  test('a 720p camera goes out in three layers, lowest first', () => {
    const { encodings, mimeType } = videoPlan('camera', hd);
    expect(mimeType).toBe('video/VP8');
    expect(encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(encodings.map(({ maxBitrate }) => maxBitrate)).toEqual([150_000, 500_000, 1_700_000]);
  });

  test('a phone held upright counts by its shorter side', () => {
    expect(videoPlan('camera', { width: 720, height: 1280 }).encodings).toEqual(
      videoPlan('camera', hd).encodings,
    );
  });

  test('layers too small to be of use are left out', () => {
    expect(videoPlan('camera', { width: 640, height: 360 }).encodings).toHaveLength(2);
    expect(videoPlan('camera', { width: 320, height: 180 }).encodings).toHaveLength(1);
  });

  test('scalable codecs send one stream, and less of it', () => {
    const modes = { vp9: 'L3T3_KEY', av1: 'L1T3' } as const;
    for (const codec of ['vp9', 'av1'] as const) {
      const { encodings } = videoPlan('camera', hd, codec);
      expect(encodings).toEqual([{ scalabilityMode: modes[codec], maxBitrate: 1_360_000 }]);
    }
    expect(videoPlan('camera', { width: 320, height: 180 }, 'vp9').encodings[0]?.scalabilityMode).toBe(
      'L1T3',
    );
  });

  test('h264 is simulcast without temporal layers', () => {
    const { encodings } = videoPlan('camera', hd, 'h264');
    expect(encodings.map(({ scalabilityMode }) => scalabilityMode)).toEqual(['L1T1', 'L1T1', 'L1T1']);
  });

  test('a screen keeps its detail, at two sizes where it is large', () => {
    const plan = videoPlan('screen', { width: 1920, height: 1080 });
    expect(plan.contentHint).toBe('detail');
    expect(plan.encodings.map(({ maxBitrate }) => maxBitrate)).toEqual([890_000, 3_000_000]);
    expect(videoPlan('screen', { width: 800, height: 600 }).encodings).toHaveLength(1);
  });

  test('a voice saves silence, the sound of a screen keeps its quality', () => {
    expect(audioPlan('microphone').codecOptions).toEqual({ opusStereo: false, opusDtx: true, opusFec: true });
    expect(audioPlan('screen-audio').codecOptions).toMatchObject({ opusStereo: true, opusDtx: false });
  });
});
