/** A view goes out at most this often: a person sees no difference, and a busy room costs no more than this. */
const everyMs = 50;

/** When a view that is sent whole goes out: changes of one turn as one, the first at once, the newest soon after. */
export class ViewPace {
  readonly #send: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** It goes out at the end of this turn. */
  #due = false;
  /** It changed since it last went out. */
  #changed = false;

  constructor(send: () => void) {
    this.#send = send;
  }

  changed(): void {
    if (this.#due) return;
    if (this.#timer !== undefined) {
      this.#changed = true;
      return;
    }
    this.#due = true;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#changed) return;
      this.#changed = false;
      this.changed();
    }, everyMs);
    queueMicrotask(() => {
      if (!this.#due) return;
      this.#due = false;
      this.#send();
    });
  }

  /** Nobody is there to see what changed. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = false;
    this.#changed = false;
  }
}
