import { signal } from '@preact/signals';
import type { Session } from './session.ts';
import { until } from './until.ts';

export type Toggle = 'microphone' | 'camera';

interface Wish {
  readonly on: boolean;
}

/** The room's view comes a moment after the answer to a request. */
const viewMs = 1000;

/** Our microphone and camera as the person wants them: what was pressed last shows at once, until the room says the same. */
export class OwnSwitches {
  readonly #session: Session;
  readonly #wishes = { microphone: signal<Wish | null>(null), camera: signal<Wish | null>(null) };

  constructor(session: Session) {
    this.#session = session;
  }

  isOn(source: Toggle): boolean {
    return this.#wishes[source].value?.on ?? this.#session.seat.value?.intent[source] ?? false;
  }

  async toggle(source: Toggle): Promise<void> {
    const room = this.#session.room.peek();
    if (room === null) return;
    const shown = this.#wishes[source];
    const wish: Wish = { on: !this.isOn(source) };
    shown.value = wish;
    const done = await this.#session.attempt(
      source === 'microphone' ? room.setMicrophone(wish.on) : room.setCamera(wish.on),
    );
    if (done) await until(this.#session.seat, (seat) => seat?.intent[source] === wish.on, viewMs);
    if (shown.peek() === wish) shown.value = null;
  }
}
