import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

const second = signal(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Unix time in ms, re-read every second while a component shows it. */
export function useSeconds(): number {
  // What was read before anybody looked may be minutes old.
  const [firstMs] = useState(() => Date.now());
  useEffect(() => {
    watchers += 1;
    second.value = Date.now();
    timer ??= setInterval(() => (second.value = Date.now()), 1000);
    return () => {
      watchers -= 1;
      if (watchers > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return Math.max(firstMs, second.value);
}

/** A duration as a clock shows it: `4:07`, `1:04:07`. */
export function asClock(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A count in little room: `874`, `12.4K`. */
export function compactCount(count: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}
