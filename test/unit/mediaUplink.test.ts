import { describe, expect, test } from '@jest/globals';
import { steadyLevel, uplinkLevel, wakeAtMs } from '../../server/media/uplinkQuality.ts';
import type { SteadyLevel, UplinkSample } from '../../server/media/uplinkQuality.ts';
import type { QualityLevel } from '../../protocol/qualityLevel.ts';

const camera = (...scores: number[]): UplinkSample => ({ paused: false, scores, expected: true });
const voice = (...scores: number[]): UplinkSample => ({ paused: false, scores, expected: false });

describe('how well somebody’s media arrives', () => {
  test('nothing sent yet, and full scores, are good', () => {
    expect(uplinkLevel([])).toBe('good');
    expect(uplinkLevel([camera(), voice()])).toBe('good');
    expect(uplinkLevel([camera(10, 9, 8), voice(10)])).toBe('good');
  });

  test('the stream that suffers most decides', () => {
    expect(uplinkLevel([camera(10, 10, 7), voice(10)])).toBe('fair');
    expect(uplinkLevel([camera(10, 10, 10), voice(4)])).toBe('poor');
  });

  test('a layer that is switched off has no score', () => {
    expect(uplinkLevel([camera(10, 0, 0)])).toBe('good');
    expect(uplinkLevel([camera(6, 0, 0)])).toBe('fair');
  });

  test('a silent voice, a still screen and whatever is paused are not held against anybody', () => {
    expect(uplinkLevel([voice(0)])).toBe('good');
    expect(uplinkLevel([camera(10), voice(0)])).toBe('good');
    expect(uplinkLevel([{ ...camera(2, 1), paused: true }, voice(10)])).toBe('good');
    expect(uplinkLevel([{ ...camera(0), paused: true }, voice(0)])).toBe('good');
  });

  test('a camera of which nothing comes any more is poor, unless it has just been turned on', () => {
    expect(uplinkLevel([camera(0, 0, 0), voice(10)])).toBe('poor');
    expect(uplinkLevel([camera(0)])).toBe('poor');
    expect(uplinkLevel([{ ...camera(0), expected: false }])).toBe('good');
  });
});

describe('a level as it is told', () => {
  const times = { worseAfterMs: 3000, betterAfterMs: 6000 };
  /** What was told after each of these sights, `[atMs, level]`. */
  const told = (...seen: [number, QualityLevel][]): QualityLevel[] => {
    let level: SteadyLevel = { told: 'good' };
    return seen.map(([atMs, sight]) => {
      level = steadyLevel(level, sight, atMs, times);
      return level.told;
    });
  };

  test('gets worse only when that lasts', () => {
    expect(told([0, 'poor'], [2999, 'poor'], [3000, 'poor'])).toEqual(['good', 'good', 'poor']);
    expect(told([0, 'poor'], [2000, 'good'], [2500, 'poor'], [5000, 'poor'])).toEqual(
      Array.from({ length: 4 }, () => 'good'),
    );
  });

  test('gets better when that lasts longer', () => {
    const ill: [number, QualityLevel][] = [
      [0, 'poor'],
      [3000, 'poor'],
    ];
    expect(told(...ill, [4000, 'good'], [9999, 'good'], [10_000, 'good']).slice(2)).toEqual([
      'poor',
      'poor',
      'good',
    ]);
    expect(told(...ill, [4000, 'good'], [9000, 'poor'], [10_000, 'good']).at(-1)).toBe('poor');
  });

  test('what swings between two worse levels is told by the milder one, and never twice within the time', () => {
    expect(told([0, 'poor'], [1000, 'fair'], [2000, 'poor'], [3000, 'poor'])).toEqual([
      'good',
      'good',
      'good',
      'fair',
    ]);
    expect(
      told([0, 'fair'], [2900, 'poor'], [3000, 'poor'], [5999, 'poor'], [6000, 'poor']).slice(2),
    ).toEqual(['fair', 'fair', 'poor']);
  });

  test('asks to be looked at again when its change is due', () => {
    const worse = steadyLevel({ told: 'good' }, 'fair', 500, times);
    expect(wakeAtMs(worse, times)).toBe(3500);
    const there = steadyLevel(worse, 'fair', 3500, times);
    expect(there).toEqual({ told: 'fair' });
    expect(wakeAtMs(there, times)).toBeUndefined();
    expect(wakeAtMs(steadyLevel(there, 'good', 4000, times), times)).toBe(10_000);
  });
});
