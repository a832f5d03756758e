import { describe, expect, test } from '@jest/globals';
import { KeyframePacing, originPlace } from '../../server/media/keyframePacing.ts';
import { defaultMediaSettings, importedKeyframes } from '../../server/media/mediaSettings.ts';

const settings = defaultMediaSettings.keyframes;

/** A seeded random number in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface SimulationOptions {
  /** Answers to a message take this long, at least; a frame every 33 ms comes on top. */
  answerMs?: number;
  /** The share of messages that never reach the publisher. */
  lostMessages?: number;
  /** Times of consumers becoming ready. */
  joinsAtMs: number[];
  endMs: number;
  seed?: number;
}

/**
 * A publisher that behaves like Chromium, behind mediasoup's own PLI handling: one PLI each `pliSpacingMs`, another
 * afterwards when one was held back, and no keyframe for a PLI within `pliIgnoredMs` of the last.
 */
function simulate(options: SimulationOptions): { keyframes: number[]; messages: number[]; waits: number[] } {
  const random = randomOf(options.seed ?? 1);
  const pacing = new KeyframePacing(settings);
  const keyframes: number[] = [];
  const messages: number[] = [];
  const waits: number[] = [];
  const waitingSince = new Map<string, number>();
  const orders: number[] = [];
  let lastKeyframeMs = -Infinity;
  let pliAllowedMs = -Infinity;
  let pliHeldBack = false;
  let wakeAtMs: number | undefined;

  const orderKeyframe = (nowMs: number): void => {
    const frameMs = Math.ceil((nowMs + (options.answerMs ?? 12)) / 33) * 33;
    if (!orders.includes(frameMs)) orders.push(frameMs);
  };
  const sendPli = (nowMs: number): void => {
    pliAllowedMs = nowMs + settings.pliSpacingMs;
    pliHeldBack = false;
    pacing.pli(nowMs);
    if (nowMs - lastKeyframeMs >= settings.pliIgnoredMs) orderKeyframe(nowMs);
  };
  const look = (nowMs: number): void => {
    const next = pacing.next(nowMs);
    wakeAtMs = next.wakeAtMs;
    if (!next.ask) return;
    messages.push(nowMs);
    if (random() >= (options.lostMessages ?? 0)) orderKeyframe(nowMs);
  };

  const joins = [...options.joinsAtMs].sort((a, b) => a - b);
  for (let nowMs = 0; nowMs <= options.endMs; nowMs++) {
    if (pliHeldBack && nowMs >= pliAllowedMs) sendPli(nowMs);
    const order = orders.indexOf(nowMs);
    if (order !== -1) {
      orders.splice(order, 1);
      lastKeyframeMs = nowMs;
      keyframes.push(nowMs);
      for (const ssrc of [1, 2, 3]) pacing.keyframe(originPlace, ssrc, nowMs * 90, nowMs);
      for (const sinceMs of waitingSince.values()) waits.push(nowMs - sinceMs);
      waitingSince.clear();
      look(nowMs);
    }
    while (joins[0] !== undefined && joins[0] <= nowMs) {
      joins.shift();
      const id = `${nowMs} ${joins.length}`;
      waitingSince.set(id, nowMs);
      pacing.ready(id, originPlace, false, nowMs);
      if (nowMs >= pliAllowedMs) sendPli(nowMs);
      else pliHeldBack = true;
      look(nowMs);
    }
    if (wakeAtMs !== undefined && wakeAtMs <= nowMs) look(nowMs);
  }
  for (const sinceMs of waitingSince.values()) waits.push(options.endMs - sinceMs);
  return { keyframes, messages, waits };
}

function mostInAnyWindow(timesMs: number[], windowMs: number): number {
  return Math.max(
    0,
    ...timesMs.map(
      (startMs) => timesMs.filter((atMs) => atMs >= startMs && atMs < startMs + windowMs).length,
    ),
  );
}

function every(ms: number, count: number, firstMs = 1000): number[] {
  return Array.from({ length: count }, (_, index) => firstMs + index * ms);
}

describe('keyframe pacing', () => {
  test('of a feed from another node asks at once, whatever PLI was sent, and once for all who wait', () => {
    const pacing = new KeyframePacing(importedKeyframes(settings, 200));
    pacing.pli(990);
    pacing.ready('first', originPlace, false, 1000);
    expect(pacing.next(1000).ask).toBe(true);
    pacing.ready('second', originPlace, false, 1100);
    expect(pacing.next(1100)).toEqual({ ask: false, wakeAtMs: 1000 + settings.answerMs + 200 });
    pacing.keyframe(originPlace, 1, 1, 1210);
    expect(pacing.waiting).toBe(0);
  });

  test('a first viewer on a quiet feed is served by the PLI alone', () => {
    const { messages, waits } = simulate({ joinsAtMs: [1000], endMs: 3000 });
    expect(messages).toEqual([]);
    expect(waits[0]).toBeLessThan(60);
  });

  test('a viewer who comes while the PLI would be held back is served by a message', () => {
    const { messages, waits } = simulate({ joinsAtMs: [1000, 1200], endMs: 3000 });
    expect(messages).toEqual([1200]);
    expect(Math.max(...waits)).toBeLessThan(60);
  });

  test('viewers who come while a keyframe is on its way share it', () => {
    const { messages } = simulate({ joinsAtMs: [1000, 1003, 1006, 1009], endMs: 1060 });
    expect(messages).toEqual([]);
  });

  test('thirty viewers in one second wait no longer than the spacing of messages', () => {
    const { keyframes, waits } = simulate({ joinsAtMs: every(33, 30), endMs: 5000 });
    expect(waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.95)]).toBeLessThan(200);
    expect(keyframes.length).toBeLessThan(15);
  });

  test('a crowd that takes two seconds finds the bucket never empty', () => {
    const { waits } = simulate({ joinsAtMs: every(67, 30), endMs: 5000 });
    expect(Math.max(...waits)).toBeLessThan(settings.askSpacingMs.scarce + 60);
  });

  test('viewers half a second apart are each served at once', () => {
    const { waits } = simulate({ joinsAtMs: every(500, 60), endMs: 35_000 });
    expect(Math.max(...waits)).toBeLessThan(150);
  });

  test('a lost message is sent again', () => {
    const pacing = new KeyframePacing(settings);
    pacing.keyframe(originPlace, 1, 90, 1000);
    pacing.ready('viewer', originPlace, false, 1100);
    expect(pacing.next(1100).ask).toBe(true);
    const { wakeAtMs } = pacing.next(1101);
    expect(wakeAtMs).toBeGreaterThan(1200);
    expect(pacing.next(wakeAtMs!).ask).toBe(true);
    pacing.keyframe(originPlace, 1, 180, wakeAtMs! + 20);
    expect(pacing.waiting).toBe(0);
  });

  test('a keyframe serves only those at the place it went by', () => {
    const pacing = new KeyframePacing(settings);
    pacing.ready('here', originPlace, false, 1000);
    pacing.ready('there', 'shard', false, 1000);
    pacing.keyframe(originPlace, 1, 90, 1020);
    expect(pacing.waiting).toBe(1);
    pacing.keyframe('shard', 1, 90, 1021);
    expect(pacing.waiting).toBe(0);
  });

  test('the layers of one keyframe count once, and do not serve who came between them', () => {
    const pacing = new KeyframePacing(settings);
    pacing.keyframe(originPlace, 1, 90, 1000);
    pacing.ready('viewer', originPlace, false, 1005);
    pacing.keyframe(originPlace, 2, 90, 1010);
    pacing.keyframe(originPlace, 2, 90, 1011);
    expect(pacing.waiting).toBe(1);
    pacing.keyframe(originPlace, 1, 180, 1040);
    expect(pacing.waiting).toBe(0);
  });

  test('who confirms is asked for until he says he is served', () => {
    const pacing = new KeyframePacing(settings);
    pacing.ready('viewer', originPlace, true, 1000);
    pacing.keyframe(originPlace, 1, 90, 1020);
    expect(pacing.waiting).toBe(1);
    expect(pacing.next(1090).ask).toBe(true);
    pacing.served('viewer');
    expect(pacing.next(2000)).toEqual({ ask: false });
  });

  test('nobody is asked for when the publisher sends nothing at all, beyond the time to give up', () => {
    const pacing = new KeyframePacing(settings);
    pacing.ready('viewer', originPlace, false, 0);
    expect(pacing.next(settings.giveUpMs + 1)).toEqual({ ask: false });
    expect(pacing.waiting).toBe(0);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps to its budget and serves everybody, seed %i', (seed) => {
    const random = randomOf(seed);
    const endMs = 40_000;
    const joinsAtMs: number[] = [];
    let atMs = 0;
    while (atMs < endMs - 5000) {
      // Quiet times, crowds and everything between.
      const meanMs = [3, 20, 100, 400, 2000][Math.floor(random() * 5)] ?? 100;
      for (let left = 1 + Math.floor(random() * 200); left > 0 && atMs < endMs - 5000; left--) {
        atMs += -Math.log(1 - random()) * meanMs;
        joinsAtMs.push(Math.min(Math.floor(atMs), endMs - 3000));
      }
    }
    const lostMessages = seed % 2 === 0 ? 0 : 0.1;
    const { keyframes, waits } = simulate({
      joinsAtMs,
      endMs,
      seed,
      lostMessages,
      answerMs: 5 + random() * 60,
    });
    expect(mostInAnyWindow(keyframes, settings.windowMs)).toBeLessThanOrEqual(settings.maxKeyframes);
    expect(waits).toHaveLength(joinsAtMs.length);
    expect(Math.max(...waits)).toBeLessThan(1500);
  });
});
