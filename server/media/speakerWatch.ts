import type { types } from 'mediasoup';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { Feed } from './feed.ts';
import type { RoomContext } from './roomContext.ts';
import type { Shard } from './shards.ts';

interface Observers {
  shard: Shard;
  made: Promise<types.RtpObserver[]>;
}

/** Tells who speaks loudest in a room, by its microphones, and when nobody does any more. */
export class SpeakerWatch {
  readonly #context: RoomContext;
  readonly #microphones = new Map<string, Feed>();
  #observers: Observers | undefined;
  #dominant: Feed | undefined;
  #silent = true;
  #told: ParticipantId | null = null;

  constructor(context: RoomContext) {
    this.#context = context;
  }

  async add(feed: Feed): Promise<void> {
    if (feed.source !== 'microphone') return;
    this.#microphones.set(feed.producer.id, feed);
    try {
      for (const observer of await this.#observersOn(feed.shard)) {
        if (!feed.closed) await observer.addProducer({ producerId: feed.producer.id });
      }
    } catch (error) {
      this.#context.log.debug({ err: error, feedId: feed.feedId }, 'a microphone is not watched');
    }
  }

  /** The feed was muted: its owner is no speaker until it is heard again. */
  muted(feed: Feed): void {
    if (this.#dominant !== feed) return;
    this.#dominant = undefined;
    this.#tell();
  }

  remove(feed: Feed): void {
    this.#microphones.delete(feed.producer.id);
    this.muted(feed);
  }

  #observersOn(shard: Shard): Promise<types.RtpObserver[]> {
    // Those of a dead primary went with it.
    if (this.#observers?.shard !== shard) this.#observers = { shard, made: this.#observe(shard) };
    return this.#observers.made;
  }

  async #observe(shard: Shard): Promise<types.RtpObserver[]> {
    const { speakerIntervalMs, silenceIntervalMs, silenceDb } = this.#context.settings;
    const router = await shard.router;
    const [dominance, levels] = await Promise.all([
      router.createActiveSpeakerObserver({ interval: speakerIntervalMs }),
      router.createAudioLevelObserver({ maxEntries: 1, threshold: silenceDb, interval: silenceIntervalMs }),
    ]);
    dominance.on('dominantspeaker', ({ producer }) => this.#heard(producer, true));
    // The dominant one is told only when he changes, and the first or only microphone is that without a sound: whether
    // anybody speaks, and who does again after a pause, is told by the levels.
    levels.on('volumes', ([loudest]) => {
      if (loudest) this.#heard(loudest.producer, false);
    });
    levels.on('silence', () => {
      this.#silent = true;
      this.#tell();
    });
    return [dominance, levels];
  }

  #heard(producer: types.Producer, dominates: boolean): void {
    const feed = this.#microphones.get(producer.id);
    if (!feed || feed.paused) return;
    if (!dominates) this.#silent = false;
    if (dominates || !this.#dominant) this.#dominant = feed;
    this.#tell();
  }

  #tell(): void {
    const speaker = this.#silent ? null : (this.#dominant?.publisherId ?? null);
    if (speaker === this.#told) return;
    this.#told = speaker;
    this.#context.events.speaker(speaker);
  }
}
