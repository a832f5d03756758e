import type { types } from 'mediasoup-client';
import type { TransportInfo } from '../protocol/mediaParameters.ts';
import type { PreparedMedia } from './preparation.ts';
import { TributaryError } from './tributaryError.ts';

/** A short loss of packets mends itself; ICE is restarted after this. */
const patienceMs = 1000;
/** A transport that is not connected this long after it began, or after an ICE restart, is given up. */
const connectCeilingMs = 8000;
const retirementMs = 3000;

export type Direction = 'send' | 'recv';

export interface MediaTransportEvents {
  connected(): void;
  /** It was connected and gets nothing through; it may mend itself. */
  shaky(): void;
  /** Asks the server for new ICE parameters; rejects when it cannot be asked now. */
  restartIce(direction: Direction): Promise<TransportInfo['iceParameters']>;
  /** Nothing gets through although the server answers: it has to be made anew. */
  lost(): void;
}

/** One WebRTC transport, which mends its own ICE for as long as the server can be asked. */
export class MediaTransport {
  readonly transport: types.Transport;
  readonly #direction: Direction;
  readonly #events: MediaTransportEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A restart of ICE is asked for or being applied. */
  #mending = false;
  /** ICE was restarted and is not connected again; `connectCeilingMs` decides. */
  #restarted = false;
  #retired = false;

  constructor(
    direction: Direction,
    info: TransportInfo,
    prepared: PreparedMedia,
    events: MediaTransportEvents,
    settings: RTCConfiguration = {},
  ) {
    const options = { ...info, additionalSettings: { ...settings, certificates: [prepared.certificate] } };
    this.transport =
      direction === 'send'
        ? prepared.device.createSendTransport(options)
        : prepared.device.createRecvTransport(options);
    this.#direction = direction;
    this.#events = events;
    // The server knew our certificate from the join and is connected already.
    this.transport.on('connect', (_parameters, done) => done());
    this.transport.on('connectionstatechange', (state) => this.#changed(state));
  }

  /** After the socket came back: whatever is not as it should be is mended now. */
  check(): void {
    const { connectionState } = this.transport;
    if (connectionState !== 'disconnected' && connectionState !== 'failed') return;
    // A restart from before went into the network that was lost.
    this.#restarted = false;
    void this.#mend();
  }

  /** Its server side is gone. It stays for a moment, so that the last pictures do until there are new ones. */
  retire(forMs = retirementMs): void {
    this.#retired = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.transport.close(), forMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.transport.close();
  }

  #changed(state: types.ConnectionState): void {
    if (this.#isGone()) return;
    // A restart answers all but its success: Chromium says `failed` once more when it begins to look for a way again.
    if (state !== 'connected' && (this.#mending || this.#restarted)) return;
    clearTimeout(this.#timer);
    switch (state) {
      case 'connected':
        this.#restarted = false;
        this.#events.connected();
        return;
      case 'connecting':
        this.#giveUpLater();
        return;
      case 'disconnected':
        this.#events.shaky();
        this.#timer = setTimeout(() => void this.#mend(), patienceMs);
        return;
      case 'failed':
        void this.#mend();
        return;
      case 'new':
      case 'closed':
        return;
      default:
        return state satisfies never;
    }
  }

  /** Restarts ICE; when that does not help in time, the transport is lost. */
  async #mend(): Promise<void> {
    if (this.#mending || this.#isGone()) return;
    this.#mending = true;
    clearTimeout(this.#timer);
    try {
      const iceParameters = await this.#events.restartIce(this.#direction);
      await this.transport.restartIce({ iceParameters });
      if (this.#isGone() || this.transport.connectionState === 'connected') return;
      this.#restarted = true;
      this.#giveUpLater();
    } catch (error) {
      if (this.#isGone()) return;
      // Without the socket nobody can be asked: again when it is back, or in a while. Any other refusal is final.
      const cut = error instanceof TributaryError && error.code === 'unreachable';
      if (cut) this.#timer = setTimeout(() => this.check(), patienceMs);
      else this.#events.lost();
    } finally {
      this.#mending = false;
    }
  }

  #isGone(): boolean {
    return this.#retired || this.transport.closed;
  }

  #giveUpLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#isGone()) this.#events.lost();
    }, connectCeilingMs);
  }
}
