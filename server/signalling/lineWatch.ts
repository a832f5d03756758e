import { cut, unsentBytes } from './line.ts';
import type { Line } from './line.ts';

/** Why a connection was cut without a word. */
export type CutReason = 'second-connect' | 'unread' | 'unanswered';

export interface LineWatchParts {
  maxUnsentBytes: number;
  /** Told once a connection. */
  onCut(reason: CutReason): void;
}

/** socket.io's CONNECT, as it looks inside a message. */
const connectPacket = '0';

/** Watches connections for what socket.io does not: that each enters once, and reads what it is sent. */
export class LineWatch {
  readonly #parts: LineWatchParts;
  readonly #lines = new Set<Line>();

  constructor(parts: LineWatchParts) {
    this.#parts = parts;
  }

  watch(line: Line): void {
    this.#lines.add(line);
    line.once('close', () => this.#lines.delete(line));
    // socket.io looks for a second CONNECT only after it has let the first one in, which takes it a turn: many in one
    // piece of TCP would each be a socket, with its own `hello` and its own budgets.
    let entered = false;
    line.on('data', (data: unknown) => {
      if (typeof data !== 'string' || !data.startsWith(connectPacket)) return;
      if (entered) this.cut(line, 'second-connect');
      entered = true;
    });
  }

  /** Cuts whom too much waits for. The ping does not find him: he may answer it and read nothing. */
  sweep(): void {
    for (const line of this.#lines) {
      if (unsentBytes(line) > this.#parts.maxUnsentBytes) this.cut(line, 'unread');
    }
  }

  cut(line: Line, reason: CutReason): void {
    if (!this.#lines.delete(line)) return;
    // Closed first, so that what came in the same piece is not looked at any more.
    line.close();
    cut(line);
    this.#parts.onCut(reason);
  }
}
