import type { Shown } from './viewBatch.ts';

/** Watches how large a media element is shown and whether anybody can see it. */
export class ShownElement {
  readonly element: HTMLMediaElement;
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  readonly #sizes: ResizeObserver;
  readonly #positions: IntersectionObserver;
  /** Taken for visible until the browser says otherwise, which it does with the next frame. */
  #onScreen = true;
  #pictureInPicture: PictureInPictureWindow | undefined;

  constructor(element: HTMLMediaElement, changed: () => void) {
    this.element = element;
    this.#changed = changed;
    this.#sizes = new ResizeObserver(() => changed());
    this.#sizes.observe(element);
    this.#positions = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1)?.isIntersecting ?? true;
      changed();
    });
    this.#positions.observe(element);
    const { signal } = this.#stop;
    document.addEventListener('visibilitychange', () => changed(), { signal });
    element.addEventListener('enterpictureinpicture', (event) => this.#entered(event), { signal });
    element.addEventListener('leavepictureinpicture', () => this.#left(), { signal });
  }

  get shown(): Shown {
    const ratio = devicePixelRatio;
    const floating = this.#pictureInPicture;
    if (floating) return { visible: true, width: floating.width * ratio, height: floating.height * ratio };
    const { clientWidth, clientHeight } = this.element;
    const visible =
      this.#onScreen && document.visibilityState === 'visible' && clientWidth > 0 && clientHeight > 0;
    return { visible, width: clientWidth * ratio, height: clientHeight * ratio };
  }

  close(): void {
    this.#stop.abort();
    this.#sizes.disconnect();
    this.#positions.disconnect();
  }

  #entered(event: Event): void {
    this.#pictureInPicture = (event as PictureInPictureEvent).pictureInPictureWindow;
    this.#pictureInPicture.addEventListener('resize', () => this.#changed(), { signal: this.#stop.signal });
    this.#changed();
  }

  #left(): void {
    this.#pictureInPicture = undefined;
    this.#changed();
  }
}
