import type { KeyframeSettings } from './mediaSettings.ts';

/** The place where a feed enters the node; the others are the shards it is piped to. */
export const originPlace = 'origin';

interface Waiter {
  place: string;
  /** When a message has to go out on this waiter's behalf. */
  dueAtMs: number;
  giveUpAtMs: number;
  /** It tells by itself when its picture starts (`served`); a keyframe going by is no proof. */
  confirms: boolean;
  keyframesSeen: number;
}

/** One keyframe on all of its layers, as it goes by one place. */
interface Burst {
  startedAtMs: number;
  timestamps: Map<number, number>;
}

/** All layers of one keyframe go by within this time. */
const longestBurstMs = 200;
/** A request without an answer is taken for lost after this time. */
const lostAfterMs = 2000;
/** Keyframes a waiter may see without being served before it is left to mediasoup. */
const hopelessAfter = 3;
/** Bounds on the time between one request for a waiter and the next, and its value until answers were measured. */
const retryMs = { least: 120, first: 200, most: 1000 };
/** Left out of the budget for what mediasoup's own PLIs may still cause. */
const spareKeyframes = 2;

/**
 * Decides when the publisher of one video feed is asked for a keyframe by message.
 *
 * mediasoup asks by PLI whenever a consumer starts. That comes to nothing when the sender made a keyframe just before,
 * or when mediasoup holds the PLI back because it sent one lately; the viewer would look at nothing for a second. A
 * message works at any time, so one is sent in exactly these cases, shared by all who wait. Keyframes are large:
 * whatever their cause, each takes a token from a bucket, and with no token left the waiters share the next one.
 *
 * All times are on one clock of the caller's; nothing happens in here by itself.
 */
export class KeyframePacing {
  readonly #settings: KeyframeSettings;
  readonly #waiters = new Map<string, Waiter>();
  readonly #bursts = new Map<string, Burst>();
  readonly #tokensPerMs: number;
  #tokens: number;
  #tokensAtMs = 0;
  #lastKeyframeAtMs = -Infinity;
  #lastPliAtMs = -Infinity;
  #lastAskAtMs = -Infinity;
  /** Messages sent whose keyframe has not come. */
  #unansweredAtMs: number[] = [];
  #retryMs: number;
  #piped = false;

  constructor(settings: KeyframeSettings) {
    this.#settings = settings;
    this.#retryMs = Math.max(retryMs.first, 2 * settings.answerMs);
    this.#tokens = settings.burst;
    this.#tokensPerMs = (settings.maxKeyframes - settings.burst - spareKeyframes) / settings.windowMs;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** A consumer can show pictures from now on, and needs a keyframe that passes its `place` after this moment. */
  ready(id: string, place: string, confirms: boolean, nowMs: number): void {
    this.#waiters.set(id, {
      place,
      dueAtMs: this.#dueAtMs(nowMs),
      giveUpAtMs: nowMs + this.#settings.giveUpMs,
      confirms,
      keyframesSeen: 0,
    });
  }

  /**
   * Other nodes take the feed from here: its publisher is asked three times a second at most then, however many people are
   * behind the pipes. Most of them wait for the way as well.
   */
  setPiped(piped: boolean): void {
    this.#piped = piped;
  }

  /** The consumer shows pictures, or does not want them any more. */
  served(id: string): void {
    this.#waiters.delete(id);
  }

  /** mediasoup has sent a PLI to the publisher. */
  pli(nowMs: number): void {
    this.#lastPliAtMs = nowMs;
  }

  /** The first packet of a keyframe of the layer `ssrc` went by. */
  keyframe(place: string, ssrc: number, timestamp: number, nowMs: number): void {
    const burst = this.#bursts.get(place);
    if (burst && nowMs - burst.startedAtMs < longestBurstMs) {
      const seen = burst.timestamps.get(ssrc);
      // A codec may mark several packets of one picture; and a further layer belongs to the keyframe before it.
      if (seen === undefined || seen === timestamp) {
        burst.timestamps.set(ssrc, timestamp);
        return;
      }
    }
    this.#bursts.set(place, { startedAtMs: nowMs, timestamps: new Map([[ssrc, timestamp]]) });
    if (place === originPlace) this.#account(nowMs);
    for (const [id, waiter] of this.#waiters) {
      if (waiter.place !== place) continue;
      waiter.keyframesSeen++;
      if (!waiter.confirms || waiter.keyframesSeen >= hopelessAfter) this.#waiters.delete(id);
      else waiter.dueAtMs = Math.max(waiter.dueAtMs, nowMs + this.#settings.answerMs);
    }
  }

  /** Whether to ask by message now, and when to look again. Asking is taken for done. */
  next(nowMs: number): { ask: boolean; wakeAtMs?: number } {
    let dueAtMs = Infinity;
    for (const [id, waiter] of this.#waiters) {
      if (waiter.giveUpAtMs <= nowMs) this.#waiters.delete(id);
      else dueAtMs = Math.min(dueAtMs, waiter.dueAtMs);
    }
    if (dueAtMs === Infinity) return { ask: false };
    this.#refill(nowMs);
    const tokenAtMs = this.#tokens >= 1 ? nowMs : nowMs + Math.ceil((1 - this.#tokens) / this.#tokensPerMs);
    const allowedAtMs = Math.max(dueAtMs, tokenAtMs, this.#lastAskAtMs + this.#spacingMs());
    if (allowedAtMs > nowMs) return { ask: false, wakeAtMs: allowedAtMs };
    this.#tokens--;
    this.#lastAskAtMs = nowMs;
    this.#unansweredAtMs.push(nowMs);
    const againAtMs = nowMs + this.#retryMs;
    for (const waiter of this.#waiters.values()) waiter.dueAtMs = Math.max(waiter.dueAtMs, againAtMs);
    return { ask: true, wakeAtMs: againAtMs };
  }

  /** While the bucket is nearly full nobody waits long; then more of them share a keyframe, so that it lasts for a crowd. */
  #spacingMs(): number {
    const { askSpacingMs, burst } = this.#settings;
    if (this.#piped) return askSpacingMs.piped;
    return this.#tokens > (2 / 3) * burst ? askSpacingMs.ample : askSpacingMs.scarce;
  }

  #dueAtMs(nowMs: number): number {
    const { answerMs, pliFirst, pliIgnoredMs, pliSpacingMs } = this.#settings;
    const pliWasHeard = pliFirst && this.#lastPliAtMs - this.#lastKeyframeAtMs >= pliIgnoredMs;
    const requestedAtMs = Math.max(this.#lastAskAtMs, pliWasHeard ? this.#lastPliAtMs : -Infinity);
    const onItsWay = requestedAtMs > this.#lastKeyframeAtMs && nowMs - requestedAtMs < answerMs;
    if (onItsWay) return requestedAtMs + answerMs;
    const pliIsIgnored = nowMs - this.#lastKeyframeAtMs < pliIgnoredMs;
    const pliIsHeldBack = nowMs - this.#lastPliAtMs < pliSpacingMs;
    return !pliFirst || pliIsIgnored || pliIsHeldBack ? nowMs : nowMs + answerMs;
  }

  /** Charges a keyframe to the message that caused it, or else to the bucket. */
  #account(nowMs: number): void {
    this.#lastKeyframeAtMs = nowMs;
    this.#refill(nowMs);
    this.#unansweredAtMs = this.#unansweredAtMs.filter((askedAtMs) => nowMs - askedAtMs < lostAfterMs);
    const askedAtMs = this.#unansweredAtMs.shift();
    if (askedAtMs === undefined) {
      this.#tokens = Math.max(this.#tokens - 1, -this.#settings.burst);
      return;
    }
    const wantedMs = 2 * (nowMs - askedAtMs);
    this.#retryMs = Math.min(Math.max((3 * this.#retryMs + wantedMs) / 4, retryMs.least), retryMs.most);
  }

  #refill(nowMs: number): void {
    const gained = Math.max(0, nowMs - this.#tokensAtMs) * this.#tokensPerMs;
    this.#tokens = Math.min(this.#settings.burst, this.#tokens + gained);
    this.#tokensAtMs = nowMs;
  }
}
