import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One masked text frame of WebSocket. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const length = payload.length;
  const head =
    length < 126
      ? Buffer.from([0x81, 0x80 | length])
      : Buffer.from([0x81, 0x80 | 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

/** A WebSocket by hand: several messages in one piece of TCP, or a reader who stops reading. */
export class RawSocket {
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  #heard = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = once(socket, 'close');
    socket.on('error', () => undefined); // `close` follows
    socket.on('data', (bytes) => (this.#heard += bytes.toString('latin1')));
  }

  /** Connects to a server's signalling and waits until it has shaken hands. */
  static async open(origin: string): Promise<RawSocket> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const raw = new RawSocket(socket);
    socket.write(
      `GET /rtc/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    await raw.heard('"sid"');
    return raw;
  }

  /** All messages in one piece. */
  send(...messages: string[]): void {
    this.#socket.write(Buffer.concat(messages.map(frame)));
  }

  /** Resolves when the server has said this. */
  async heard(words: string): Promise<void> {
    while (!this.#heard.includes(words)) await once(this.#socket, 'data');
  }

  /** How often the server said this so far. */
  count(words: string): number {
    return this.#heard.split(words).length - 1;
  }

  stopReading(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }
}
