export interface HeartbeatParts {
  heartbeatMs: number;
  beat(): void;
  /** When the peer is dead unless something is heard of him, by `performance.now()`. */
  deadAtMs(): number;
  dead(): void;
}

export interface Heartbeat {
  /** Beats out of turn; the peer may be dead earlier now than was known before. */
  again(): void;
  stop(): void;
}

/** Beats at once and then regularly, and tells when the peer was silent for too long. */
export function startHeartbeat(parts: HeartbeatParts): Heartbeat {
  const { heartbeatMs } = parts;
  const beating = setInterval(() => {
    parts.beat();
  }, heartbeatMs);
  let watching: NodeJS.Timeout;
  const watch = (untilMs: number): void => {
    watching = setTimeout(
      () => {
        const nowMs = performance.now();
        // This process stood still, so that it could not hear: that is no news of the peer. He gets one more beat.
        if (nowMs - untilMs > heartbeatMs / 2) watch(nowMs + heartbeatMs);
        else if (parts.deadAtMs() > nowMs) watch(parts.deadAtMs());
        else parts.dead();
      },
      Math.max(1, untilMs - performance.now()),
    );
  };
  watch(parts.deadAtMs());
  parts.beat();
  return {
    again: () => {
      clearTimeout(watching);
      watch(parts.deadAtMs());
      parts.beat();
    },
    stop: () => {
      clearInterval(beating);
      clearTimeout(watching);
    },
  };
}
