import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../../protocol/errors.ts';
import { cut } from './line.ts';
import type { Line } from './line.ts';

/** Beyond so many at once the others are refused by HTTP status alone, which costs nothing. */
const mostAtOnce = 100;
/** How long one may stand there without asking to come in. */
const patienceMs = 3000;

/**
 * Where those wait who may not come in, until they are told why. A browser cannot read the HTTP status of a WebSocket
 * that was refused; so these are let in as far as the error that answers their CONNECT.
 */
export class Doorstep {
  readonly #refusals = new WeakMap<IncomingMessage, Refusal>();
  readonly #lines = new Set<Line>();

  get size(): number {
    return this.#lines.size;
  }

  /** Keeps a refusal for the connection this request becomes; false where there is no place for it. */
  keep(request: IncomingMessage, refusal: Refusal): boolean {
    if (this.#lines.size >= mostAtOnce) return false;
    this.#refusals.set(request, refusal);
    return true;
  }

  arrived(line: Line): void {
    if (!this.#refusals.has(line.request)) return;
    this.#lines.add(line);
    const timer = setTimeout(() => {
      cut(line);
    }, patienceMs);
    line.once('close', () => {
      clearTimeout(timer);
      this.#lines.delete(line);
    });
  }

  /** The error for somebody who asks to come in and may not. His connection closes behind it. */
  errorFor(line: Line): (Error & { data: Refusal }) | undefined {
    const refusal = this.#refusals.get(line.request);
    if (refusal === undefined) return undefined;
    setImmediate(() => {
      line.close();
    });
    return Object.assign(new Error(refusal.message), { data: refusal });
  }
}
