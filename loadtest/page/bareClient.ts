import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import type {
  Fingerprints,
  RtpCapabilitiesMessage,
  RtpParametersMessage,
} from '../../protocol/mediaParameters.ts';
import { audioPlan, videoPlan } from '../../client/encodings.ts';
import type { BareMessageName, BareMessages } from '../bareWire.ts';
import type { FirstFrame, Target, Watching } from './benchPage.ts';
import { mark } from './connectionLog.ts';
import { firstFrameDropped, firstFrameShown, show } from './frames.ts';

/** Makes beforehand whatever does not depend on the room, so that the yardstick is as short as it can be. */
export async function prepareBare({ origin }: Target): Promise<(target: Target) => BareClient> {
  const response = await fetch(`${origin}/capabilities`);
  const device = new Device();
  await device.load({ routerRtpCapabilities: (await response.json()) as types.RtpCapabilities });
  const algorithm: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
  const certificate = await RTCPeerConnection.generateCertificate(algorithm);
  return (target) => new BareClient(target, device, certificate);
}

const pictureSize = { width: 1280, height: 720 };

/** mediasoup-client and nothing else: one publisher or viewer of the bare server. */
class BareClient {
  readonly #target: Target;
  readonly #device: Device;
  readonly #certificate: RTCCertificate;

  constructor(target: Target, device: Device, certificate: RTCCertificate) {
    this.#target = target;
    this.#device = device;
    this.#certificate = certificate;
  }

  async publish(stream: MediaStream): Promise<() => Promise<void>> {
    const { send } = await this.#ask('publish', {
      room: this.#target.room,
      fingerprints: this.#fingerprints(),
    });
    const transport = this.#device.createSendTransport({
      ...send,
      additionalSettings: { certificates: [this.#certificate] },
    });
    transport.on('connect', (_, connected) => connected());
    transport.on('produce', ({ kind, rtpParameters }, produced, failed) => {
      const parameters = rtpParameters as RtpParametersMessage;
      this.#ask('produce', { transportId: send.id, kind, rtpParameters: parameters }).then(produced, failed);
    });
    // Sent exactly as the SDK sends it: the encoder's work and the layers are no part of what is compared.
    for (const track of stream.getTracks()) {
      const plan = track.kind === 'video' ? videoPlan('camera', pictureSize) : audioPlan('microphone');
      const { encodings, codecOptions } = plan;
      await transport.produce({ track, encodings, codecOptions });
    }
    return async () => {
      await this.#ask('leave', { transportId: send.id });
      transport.close();
    };
  }

  watch(render: boolean): Watching {
    const { promise: firstFrame, resolve, reject } = Promise.withResolvers<FirstFrame>();
    const leaving: (() => void)[] = [];
    this.#join(render, leaving).then(resolve, reject);
    return {
      firstFrame,
      leave: async () => {
        for (const leave of leaving) leave();
      },
    };
  }

  async #join(render: boolean, leaving: (() => void)[]): Promise<FirstFrame> {
    mark('asked');
    const { recv, consumers } = await this.#ask('join', {
      room: this.#target.room,
      rtpCapabilities: this.#device.recvRtpCapabilities as RtpCapabilitiesMessage,
      fingerprints: this.#fingerprints(),
    });
    mark('answered');
    const dropping = { encodedInsertableStreams: !render } as Partial<RTCConfiguration>;
    const transport = this.#device.createRecvTransport({
      ...recv,
      additionalSettings: { certificates: [this.#certificate], ...dropping },
    });
    transport.on('connect', (_, connected) => connected());
    leaving.push(() => {
      void this.#ask('leave', { transportId: recv.id });
      transport.close();
    });
    const received = await Promise.all(
      consumers.map(({ rtpParameters, ...info }) =>
        transport.consume({ ...info, rtpParameters: rtpParameters as types.RtpParameters }),
      ),
    );
    const firstFrames: Promise<FirstFrame>[] = [];
    for (const { kind, track, rtpReceiver } of received) {
      if (!render && rtpReceiver) {
        const dropped = firstFrameDropped(rtpReceiver);
        if (kind === 'video') firstFrames.push(dropped);
      } else if (kind === 'video') {
        const element = show();
        leaving.push(() => element.remove());
        firstFrames.push(firstFrameShown(element));
        element.srcObject = new MediaStream([track]);
      }
    }
    return Promise.race(firstFrames);
  }

  #fingerprints(): Fingerprints {
    return this.#certificate.getFingerprints().map(({ algorithm, value }) => ({
      algorithm: algorithm as 'sha-256',
      value: (value ?? '').toUpperCase(),
    }));
  }

  async #ask<N extends BareMessageName>(
    name: N,
    ask: BareMessages[N]['ask'],
  ): Promise<BareMessages[N]['answer']> {
    const response = await fetch(`${this.#target.origin}/${name}`, {
      method: 'POST',
      body: JSON.stringify(ask),
    });
    if (!response.ok) throw new Error(`the bare server answered ${response.status}`);
    return response.json() as Promise<BareMessages[N]['answer']>;
  }
}
