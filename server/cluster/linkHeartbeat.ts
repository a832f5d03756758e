export interface HeartbeatParts {
  heartbeatMs: number;
  beat(): void;
  /** When the peer is dead unless something is heard of him, by `performance.now()`. */
  deadAtMs(): number;
  dead(): void;
}

/** Beats at once and then regularly, and tells when the peer was silent for too long; the answer stops it. */
export function startHeartbeat(parts: HeartbeatParts): () => void {
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
  return () => {
    clearInterval(beating);
    clearTimeout(watching);
  };
}
