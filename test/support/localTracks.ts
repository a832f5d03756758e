/** A track of a camera, a microphone or a canvas, which a test may unplug. */
export class FakeTrack extends EventTarget {
  enabled = true;
  readyState: 'live' | 'ended' = 'live';
  readonly kind: 'audio' | 'video';
  readonly deviceId: string;

  constructor(kind: 'audio' | 'video', deviceId = '') {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId };
  }
  stop(): void {
    this.readyState = 'ended';
  }
  unplug(): void {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
  get asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

/** The devices of a machine, which are opened by `getUserMedia`. */
export class FakeDevices {
  readonly opened: FakeTrack[] = [];
  /** What the next openings throw, one after another. */
  readonly refusals: DOMException[] = [];

  readonly getUserMedia = async ({ audio, video }: MediaStreamConstraints): Promise<MediaStream> => {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    const { deviceId } = (video ?? audio) as { deviceId?: { exact: string } };
    const track = new FakeTrack(video === undefined ? 'audio' : 'video', deviceId?.exact ?? 'default');
    this.opened.push(track);
    return { getTracks: () => [track] } as unknown as MediaStream;
  };

  /** Makes these the devices of this process, as they are a browser's. */
  install(): void {
    Object.defineProperty(navigator, 'mediaDevices', { value: this, configurable: true });
  }
  uninstall(): void {
    Reflect.deleteProperty(navigator, 'mediaDevices');
  }
}
