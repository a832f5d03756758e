import type { NodeId } from '../../protocol/network.ts';
import type { CascadeWire } from './cascadePorts.ts';

/** A picture brings something in each such time. */
const lookMs = 150;
/** What came in so many looks one after another flows. A silent microphone sends now and then, and stops for no reason. */
const flowingLooks = 3;
/** A node that lives answers within this and two round trips, mostly also where TCP has to send the question again. */
const answerMs = 300;
const answerRoundTrips = 2;

/** What has to be known of a pipe. */
export interface FlowingPipe {
  readonly up: { readonly from: NodeId };
  /** What has come by it since it opened; undefined when it is gone. */
  statistics(): Promise<{ packets: number } | undefined>;
}

interface Look<Pipe> {
  pipe: Pipe;
  packets: number;
  /** In how many looks, up to now, something had come since the one before. */
  flowed: number;
}

/**
 * Notices that a node is gone which cannot say so: its machine lost power, or hangs. Media stops then long before the
 * link's heartbeat is missed, so whenever it stops, the node is asked whether it is there. A feed may also have been
 * paused, and a node that only hangs keeps its workers going: neither is a reason to pull from elsewhere.
 */
export class SilenceWatch<Pipe extends FlowingPipe> {
  readonly #pipes: ReadonlyMap<unknown, Pipe>;
  readonly #wire: Pick<CascadeWire, 'rttMs' | 'doubt'>;
  readonly #bitrateOf: (pipe: Pipe) => number;
  #looks = new Map<NodeId, Look<Pipe>>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `bitrateOf` tells how much came by a pipe lately. */
  constructor(
    pipes: ReadonlyMap<unknown, Pipe>,
    wire: Pick<CascadeWire, 'rttMs' | 'doubt'>,
    bitrateOf: (pipe: Pipe) => number,
  ) {
    this.#pipes = pipes;
    this.#wire = wire;
    this.#bitrateOf = bitrateOf;
  }

  /** There are pipes. */
  start(): void {
    if (this.#closed || this.#timer !== undefined || this.#pipes.size === 0) return;
    this.#timer = setTimeout(() => {
      void this.#lookAtAll().finally(() => {
        this.#timer = undefined;
        this.start();
      });
    }, lookMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #lookAtAll(): Promise<void> {
    const busiest = this.#busiest();
    const looks = await Promise.all([...busiest.values()].map((pipe) => this.#lookAt(pipe)));
    if (this.#closed) return;
    this.#looks = new Map(looks.flatMap((look) => (look ? [[look.pipe.up.from, look]] : [])));
  }

  async #lookAt(pipe: Pipe): Promise<Look<Pipe> | undefined> {
    const { from } = pipe.up;
    const before = this.#looks.get(from);
    const packets = (await pipe.statistics())?.packets;
    if (packets === undefined) return undefined;
    if (before?.pipe !== pipe) return { pipe, packets, flowed: 0 };
    if (packets > before.packets) return { pipe, packets, flowed: before.flowed + 1 };
    const rttMs = this.#wire.rttMs(from) ?? 0;
    if (before.flowed >= flowingLooks) this.#wire.doubt(from, answerMs + answerRoundTrips * rttMs);
    return { pipe, packets, flowed: 0 };
  }

  /** One pipe of each node tells enough: the one by which most comes. */
  #busiest(): Map<NodeId, Pipe> {
    const busiest = new Map<NodeId, Pipe>();
    for (const pipe of this.#pipes.values()) {
      const before = busiest.get(pipe.up.from);
      if (!before || this.#bitrateOf(pipe) > this.#bitrateOf(before)) busiest.set(pipe.up.from, pipe);
    }
    return busiest;
  }
}
