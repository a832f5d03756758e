import { Serial } from './serial.ts';

/** A sender that takes the option which only some browsers know; see `canMakeKeyframes`. */
interface KeyframeSender {
  getParameters(): RTCRtpSendParameters;
  setParameters(
    parameters: RTCRtpSendParameters,
    options?: { encodingOptions: { keyFrame: boolean }[] },
  ): Promise<void>;
}

/**
 * Keyframes and layers of one sender on the server's request. Two `setParameters` at once would fail, so they queue;
 * what cannot be done is not worth a word: the server falls back to RTCP, and says again which layers it wants.
 */
export class SenderControl {
  readonly #sender: KeyframeSender;
  readonly #serial = new Serial();
  #keyframeQueued = false;

  constructor(sender: KeyframeSender) {
    this.#sender = sender;
  }

  /** Makes a keyframe of every layer that is sent. */
  async keyframe(): Promise<void> {
    if (this.#keyframeQueued) return;
    this.#keyframeQueued = true;
    await this.#change((parameters) => {
      this.#keyframeQueued = false;
      const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
      return this.#sender.setParameters(parameters, { encodingOptions });
    });
  }

  /** Sends the layers up to this one, 0-based, and stops those above. */
  async maxLayer(maxSpatialLayer: number): Promise<void> {
    await this.#change(async (parameters) => {
      if (parameters.encodings.length < 2) return;
      for (const [index, encoding] of parameters.encodings.entries())
        encoding.active = index <= maxSpatialLayer;
      await this.#sender.setParameters(parameters);
    });
  }

  async #change(how: (parameters: RTCRtpSendParameters) => Promise<void>): Promise<void> {
    await this.#serial.run(async () => how(this.#sender.getParameters())).catch(() => undefined);
  }
}
