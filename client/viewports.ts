import type { FeedViewport } from '../protocol/clientMessages.ts';
import type { FeedId } from '../protocol/identity.ts';
import { ShownElement } from './shownElement.ts';
import { SpeakerChoice } from './speakerChoice.ts';
import type { Quality, RemoteFeed } from './types.ts';
import { ViewBatch, viewportOf } from './viewBatch.ts';

/** Changes within this time go out as one message; the first goes at once. */
const batchMs = 100;

interface Attachment {
  feedId: FeedId;
  element: HTMLMediaElement;
  stream: MediaStream;
  /** Only for pictures: nobody looks at sound. */
  shown: ShownElement | undefined;
}

export interface ViewportParts {
  feed(feedId: FeedId): RemoteFeed | undefined;
  tell(feeds: FeedViewport[]): Promise<unknown>;
  /** A picture begins in this element. */
  begins(element: HTMLVideoElement): void;
}

/** The elements that show feeds: keeps their tracks current, and tells the server what is seen and how large. */
export class Viewports {
  readonly speaker = new SpeakerChoice();
  readonly #parts: ViewportParts;
  readonly #attachments = new Set<Attachment>();
  readonly #watched = new Set<FeedId>();
  readonly #batch = new ViewBatch();
  readonly #qualities = new Map<FeedId, Quality>();
  #qualityOfAll: Quality = 'auto';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #toldAtMs = -Infinity;

  constructor(parts: ViewportParts) {
    this.#parts = parts;
  }

  attach(feedId: FeedId, element: HTMLMediaElement): () => void {
    const video = element instanceof HTMLVideoElement;
    const shown = video ? new ShownElement(element, () => this.#changed()) : undefined;
    const attachment: Attachment = { feedId, element, stream: new MediaStream(), shown };
    this.#attachments.add(attachment);
    if (element instanceof HTMLAudioElement) this.speaker.add(element);
    if (video) this.#watched.add(feedId);
    this.#show(attachment, this.#parts.feed(feedId)?.track ?? null);
    this.#changed();
    return () => this.#detach(attachment);
  }

  setQuality(feedId: FeedId | 'all', quality: Quality): void {
    if (feedId === 'all') {
      this.#qualityOfAll = quality;
      this.#qualities.clear();
    } else {
      this.#qualities.set(feedId, quality);
      this.#watched.add(feedId);
    }
    this.#changed();
  }

  /** A feed came, or has another track. */
  trackChanged({ feedId, track }: RemoteFeed): void {
    for (const attachment of this.#attachments) {
      if (attachment.feedId === feedId) this.#show(attachment, track);
    }
    this.#changed();
  }

  /** A feed is gone; its elements keep their last picture until they are detached. */
  removed({ feedId }: RemoteFeed): void {
    this.#batch.forget([feedId]);
  }

  /** The server has forgotten what we told it. */
  restart(): void {
    this.#batch.forget();
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const attachment of [...this.#attachments]) this.#detach(attachment);
    this.speaker.close();
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    this.#timer = undefined;
  }

  #detach(attachment: Attachment): void {
    if (!this.#attachments.delete(attachment)) return;
    attachment.shown?.close();
    const { element } = attachment;
    if (element instanceof HTMLAudioElement) this.speaker.remove(element);
    if (element.srcObject === attachment.stream) element.srcObject = null;
    this.#changed();
  }

  /** Changes the track within the stream, so that the last picture stays until the next one comes. */
  #show({ element, stream }: Attachment, track: MediaStreamTrack | null): void {
    if (track === null || stream.getTracks().includes(track)) return;
    const before = stream.getTracks();
    stream.addTrack(track);
    for (const old of before) stream.removeTrack(old);
    const first = element.srcObject !== stream;
    if (first) element.srcObject = stream;
    if (element instanceof HTMLVideoElement) this.#parts.begins(element);
    // Autoplay may be refused; then the app asks for a tap and plays the element itself.
    if (first || !element.paused || element.ended) element.play().catch(() => undefined);
  }

  #changed(): void {
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, batchMs - (performance.now() - this.#toldAtMs));
    // A turn later even when nothing is to wait for: tiles come in groups.
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, waitMs);
  }

  #tell(): void {
    const viewports = [...this.#watched]
      .filter((feedId) => this.#parts.feed(feedId) !== undefined)
      .map((feedId) => this.#viewport(feedId));
    const { messages, againInMs } = this.#batch.changes(viewports, performance.now());
    clearTimeout(this.#again);
    if (againInMs !== undefined) this.#again = setTimeout(() => this.#changed(), againInMs);
    for (const message of messages) {
      this.#toldAtMs = performance.now();
      this.#parts.tell(message).catch(() => this.#batch.forget(message.map(({ feedId }) => feedId)));
    }
  }

  #viewport(feedId: FeedId): FeedViewport {
    const quality = this.#qualities.get(feedId) ?? this.#qualityOfAll;
    const elements = [...this.#attachments]
      .filter((one) => one.feedId === feedId)
      .map(({ shown }) => shown?.shown);
    return viewportOf(
      feedId,
      elements.filter((shown) => shown !== undefined),
      quality,
    );
  }
}
