import { signal } from '@preact/signals';
import { operatorApi } from '../../client/operator.ts';
import type { NetworkReport, OperatorApi, RoomCascadeReport } from '../../client/operator.ts';
import { TributaryError } from '../../client/tributary.ts';

const everyMs = 1000;
/** A server that does not answer is asked less and less often, up to this. */
const slowestMs = 8000;

export type RoomState =
  | { type: 'none' }
  | { type: 'loading'; room: string }
  | { type: 'known'; report: RoomCascadeReport }
  | { type: 'unknown'; room: string; detail: string | undefined };

/** Reads the network, and one room of it, about once a second while the page is looked at. */
export class NetworkWatch {
  readonly network = signal<NetworkReport | null>(null);
  readonly room = signal<RoomState>({ type: 'none' });
  /** When the last answer came, Unix time in ms. */
  readonly updatedAtMs = signal<number | null>(null);
  /** Why there was no answer since. */
  readonly trouble = signal<TributaryError | null>(null);
  readonly api: OperatorApi;
  #chosen: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #turn = 0;

  constructor(token: string) {
    this.api = operatorApi('', token);
  }

  start(): void {
    document.addEventListener('visibilitychange', this.#seen);
    void this.#read();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.#seen);
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  choose(room: string | undefined): void {
    if (room === this.#chosen) return;
    this.#chosen = room;
    this.room.value = room === undefined ? { type: 'none' } : { type: 'loading', room };
    void this.#read();
  }

  /** Asks now rather than in a moment. */
  readonly again = (): void => void this.#read();

  readonly #seen = (): void => {
    if (document.visibilityState === 'visible') void this.#read();
    else clearTimeout(this.#timer);
  };

  async #read(): Promise<void> {
    clearTimeout(this.#timer);
    // What an earlier question brings is not looked at any more.
    const turn = (this.#turn += 1);
    const waitMs = await this.#ask(turn);
    if (turn !== this.#turn || document.visibilityState !== 'visible') return;
    this.#timer = setTimeout(() => void this.#read(), waitMs);
  }

  /** The answer is how long to wait for the next time. */
  async #ask(turn: number): Promise<number> {
    try {
      const room = this.#chosen;
      const [network, state] = await Promise.all([
        this.api.network(),
        room === undefined ? ({ type: 'none' } as const) : this.#askRoom(room),
      ]);
      if (turn !== this.#turn) return everyMs;
      this.network.value = network;
      this.room.value = state;
      this.updatedAtMs.value = Date.now();
      this.trouble.value = null;
      this.#failures = 0;
      return everyMs;
    } catch (error) {
      if (turn !== this.#turn) return everyMs;
      this.#failures += 1;
      const trouble = error instanceof TributaryError ? error : new TributaryError('internal');
      this.trouble.value = trouble;
      return trouble.retryAfterMs ?? Math.min(slowestMs, everyMs * 2 ** (this.#failures - 1));
    }
  }

  async #askRoom(room: string): Promise<RoomState> {
    try {
      return { type: 'known', report: await this.api.room(room) };
    } catch (error) {
      if (error instanceof TributaryError && ['room-not-found', 'bad-message'].includes(error.code))
        return { type: 'unknown', room, detail: error.detail };
      throw error;
    }
  }
}
