import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const settledAfterMs = 160;

export interface Size {
  width: number;
  height: number;
  /** The container itself is changing: tiles follow it at once, without a transition. */
  resizing: boolean;
}

/** An element's size, and whether it is just being changed. */
export function useSize(target: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0, resizing: true });
  useEffect(() => {
    if (target.current === null) return;
    let settled: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      setSize({ width, height, resizing: true });
      clearTimeout(settled);
      settled = setTimeout(() => setSize({ width, height, resizing: false }), settledAfterMs);
    });
    observer.observe(target.current);
    return () => {
      clearTimeout(settled);
      observer.disconnect();
    };
  }, [target]);
  return size;
}
