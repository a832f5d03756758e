import { signal } from '@preact/signals';

const query = matchMedia('(max-width: 720px)');

/** A phone's width: panels become sheets, chat lies over the picture. */
export const narrow = signal(query.matches);
query.addEventListener('change', () => (narrow.value = query.matches));

const lowWindowPx = 500;

/** Whether a panel beside the stage leaves it enough: not on a phone, upright or on its side. */
export function roomForPanel(): boolean {
  return !narrow.peek() && innerHeight >= lowWindowPx;
}
