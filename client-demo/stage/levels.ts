import { useEffect } from 'preact/hooks';
import type { RefObject } from 'preact';

const speaking = { from: 0.06, until: 0.03 };
const smoothing = 0.35;

interface Meter {
  element: HTMLElement;
  read: () => number;
  shown: number;
}

const meters = new Set<Meter>();
let frame = 0;

/** One animation frame for all meters of the page: writes `--level` (0 to 1) and `data-speaking`, nothing else. */
function tick(): void {
  for (const meter of meters) {
    const next = meter.shown + (Math.min(1, meter.read()) - meter.shown) * smoothing;
    if (Math.abs(next - meter.shown) < 0.004) continue;
    meter.shown = next;
    meter.element.style.setProperty('--level', next.toFixed(3));
    const threshold = 'speaking' in meter.element.dataset ? speaking.until : speaking.from;
    if (next > threshold) meter.element.dataset.speaking = '';
    else delete meter.element.dataset.speaking;
  }
  frame = meters.size > 0 ? requestAnimationFrame(tick) : 0;
}

/** Lets an element breathe with a sound: `read` gives its loudness now, 0 to 1. */
export function useLevel(target: RefObject<HTMLElement | null>, read: (() => number) | null): void {
  useEffect(() => {
    if (target.current === null || read === null) return;
    const element = target.current;
    const meter: Meter = { element, read, shown: 0 };
    meters.add(meter);
    if (frame === 0) frame = requestAnimationFrame(tick);
    return () => {
      meters.delete(meter);
      element.style.removeProperty('--level');
      delete element.dataset.speaking;
    };
  }, [target, read]);
}
