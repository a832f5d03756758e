import type { types } from 'mediasoup-client';
import type { JoinReply, PictureSize } from '../protocol/clientMessages.ts';
import type { ParticipantId } from '../protocol/identity.ts';
import type { RtpParametersMessage, TransportInfo } from '../protocol/mediaParameters.ts';
import type { Source } from '../protocol/sources.ts';
import { feedIdOf } from './feedNames.ts';
import { MediaTransport } from './mediaTransport.ts';
import type { Direction } from './mediaTransport.ts';
import type { PreparedMedia } from './preparation.ts';
import { ReceiveMedia } from './receiveMedia.ts';
import type { ReceiveEvents } from './receiveMedia.ts';
import { SendMedia } from './sendMedia.ts';
import type { SendParts } from './sendMedia.ts';
import type { Ask } from './signalConnection.ts';
import { TributaryError } from './tributaryError.ts';

/** How often, and for how long, a move is looked at. */
const movedLookMs = 50;
const movedCeilingMs = 2500;
/** How long others take to follow what we send to where we send it now. */
const followMs = 1500;

export interface MediaSessionParts {
  ask: Ask;
  dropFrames: boolean;
  received: ReceiveEvents;
  sent: Pick<SendParts, 'isOn' | 'changed' | 'ended' | 'failed'>;
  participantId(): ParticipantId;
  connected(): void;
  /** A transport gets nothing through just now. */
  shaky(): void;
  /** This session gets nothing through although the server answers. Told once, whichever transport sees it. */
  lost(): void;
}

/** Our media in one room: both transports, and what flows over them, across every reconnect. */
export class MediaSession {
  readonly receive: ReceiveMedia;
  readonly send: SendMedia;
  readonly #parts: MediaSessionParts;
  #prepared: PreparedMedia | undefined;
  #session: string | undefined;
  #isLost = false;
  #recvTransport: MediaTransport | undefined;
  #sendTransport: MediaTransport | undefined;
  /** Transports of before: the receiving one for its last pictures, the sending one until its node is left. */
  #retired: MediaTransport[] = [];
  #openingSend: Promise<types.Transport> | undefined;
  #closed = false;

  constructor(parts: MediaSessionParts) {
    this.#parts = parts;
    this.receive = new ReceiveMedia(parts.received, parts.dropFrames);
    this.send = new SendMedia({
      ...parts.sent,
      ask: parts.ask,
      participantId: () => parts.participantId(),
      transport: () => this.#sending(),
      codec: (mimeType) => this.#codec(mimeType),
    });
  }

  /** Names the media the server may still have for us. */
  get session(): string | undefined {
    return this.#session;
  }

  get transports(): types.Transport[] {
    const all = [this.#recvTransport?.transport, this.#sendTransport?.transport];
    return all.filter((transport) => transport !== undefined).filter(({ closed }) => !closed);
  }

  /** Goes on with the media of a join's answer. `moving`: what flows by the node before goes on until it flows here. */
  apply({ media, room, self }: JoinReply, prepared: PreparedMedia, moving = false): void {
    this.#prepared = prepared;
    this.#session = media.session;
    if (media.kept) {
      this.receive.keepOnly(media.consumers, room);
      this.#recvTransport?.check();
      this.#sendTransport?.check();
    } else {
      this.#isLost = false;
      for (const retired of this.#retired.splice(0)) retired.close();
      this.#retire(this.#recvTransport, moving);
      if (moving) this.#retireSend();
      else this.#closeSend();
      // The standard's types do not know Chromium's way to read frames before they are decoded.
      const settings = (this.#parts.dropFrames ? { encodedInsertableStreams: true } : {}) as RTCConfiguration;
      this.#recvTransport = this.#transport('recv', media.recv, prepared, settings);
      this.receive.use(this.#recvTransport.transport);
      if (media.send) this.#openSend(media.send, prepared);
    }
    this.receive.follow(room);
    void this.receive.take(media.consumers);
    this.followSeat(self.onStage);
    if (!self.onStage) return;
    if (media.kept || moving) this.send.endForgotten(room, moving);
    if (media.kept && this.send.isMissing(room)) this.#closeSend();
    this.send.republish();
  }

  /** Resolves when all that was moved flows by the new node, and others have had time to follow; in any case soon. */
  async moved(): Promise<void> {
    const startedMs = performance.now();
    const { feeds } = this.send;
    const flows = (): boolean =>
      this.receive.isShown && feeds.every(({ isSent, liveTrack }) => isSent || !liveTrack);
    do await pause(movedLookMs);
    while (!this.#closed && !flows() && performance.now() - startedMs < movedCeilingMs);
    if (!this.#closed && feeds.length > 0) await pause(followMs);
  }

  /** Without a seat nothing of ours is published. */
  followSeat(onStage: boolean): void {
    if (onStage) return;
    this.send.clear();
    this.#closeSend();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session = undefined;
    this.send.close();
    this.receive.close();
    this.#closeSend();
    this.#recvTransport?.close();
    for (const retired of this.#retired) retired.close();
  }

  #retire(transport: MediaTransport | undefined, moving: boolean): void {
    if (transport === undefined) return;
    transport.retire(moving ? movedCeilingMs + followMs : undefined);
    this.#retired.push(transport);
  }

  /** What is sent goes on by the transport before, and is sent by the next one as well. */
  #retireSend(): void {
    this.send.handOver();
    this.#retire(this.#sendTransport, true);
    this.#openingSend = undefined;
    this.#sendTransport = undefined;
  }

  #closeSend(): void {
    this.#openingSend = undefined;
    this.#sendTransport?.close();
    this.#sendTransport = undefined;
  }

  async #sending(): Promise<types.Transport> {
    if (this.#closed) throw new TributaryError('closed');
    const { transport } = this.#sendTransport ?? {};
    if (transport?.closed === false) return transport;
    if (this.#openingSend !== undefined) return this.#openingSend;
    const opening = this.#askForSend();
    this.#openingSend = opening;
    try {
      return await opening;
    } finally {
      if (this.#openingSend === opening) this.#openingSend = undefined;
    }
  }

  async #askForSend(): Promise<types.Transport> {
    const prepared = this.#prepared;
    if (prepared === undefined) throw new TributaryError('not-joined');
    const { send } = await this.#parts.ask('media.openSend', { fingerprints: prepared.fingerprints });
    if (this.#closed) throw new TributaryError('closed');
    // A rejoin may have brought one meanwhile; then the server has forgotten ours.
    const { transport } = this.#sendTransport ?? {};
    if (transport?.closed === false) return transport;
    return this.#openSend(send, prepared);
  }

  #openSend(info: TransportInfo, prepared: PreparedMedia): types.Transport {
    const opened = this.#transport('send', info, prepared);
    this.#sendTransport = opened;
    opened.transport.on('produce', ({ rtpParameters, appData }, done, failed) => {
      const { source, picture } = appData as { source: Source; picture?: PictureSize };
      this.#produce(source, rtpParameters as RtpParametersMessage, picture).then(
        (id) => done({ id }),
        (error: unknown) => failed(error instanceof Error ? error : new Error(String(error))),
      );
    });
    return opened.transport;
  }

  async #produce(
    source: Source,
    rtpParameters: RtpParametersMessage,
    picture: PictureSize | undefined,
  ): Promise<string> {
    const { ask } = this.#parts;
    const message = { source, rtpParameters, ...(picture && { picture }) };
    const produce = async (): Promise<string> => (await ask('media.produce', message)).feedId;
    try {
      return await produce();
    } catch (error) {
      if (!(error instanceof TributaryError) || error.code !== 'feed-exists') throw error;
      // The answer to an earlier try was lost on the way.
      await ask('media.closeFeed', { feedId: feedIdOf(this.#parts.participantId(), source) });
      return produce();
    }
  }

  #transport(
    direction: Direction,
    info: TransportInfo,
    prepared: PreparedMedia,
    settings?: RTCConfiguration,
  ): MediaTransport {
    const { ask } = this.#parts;
    const made: MediaTransport = new MediaTransport(
      direction,
      info,
      prepared,
      {
        connected: () => this.#parts.connected(),
        shaky: () => this.#parts.shaky(),
        restartIce: async (which) => (await ask('media.restartIce', { direction: which })).iceParameters,
        lost: () => {
          const current = direction === 'send' ? this.#sendTransport : this.#recvTransport;
          if (made !== current || this.#isLost) return;
          this.#isLost = true;
          this.#parts.lost();
        },
      },
      settings,
    );
    return made;
  }

  #codec(mimeType: string): types.RtpCodecCapability | undefined {
    const codecs = this.#prepared?.device.sendRtpCapabilities.codecs ?? [];
    return codecs.find((codec) => codec.mimeType.toLowerCase() === mimeType.toLowerCase());
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
