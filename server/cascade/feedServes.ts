import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { PipeId } from '../../protocol/cascadeMessages.ts';
import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeRequest, NodeResponse, NodeTell } from '../../protocol/nodeMessages.ts';
import type { CascadeWire, ExportEnd, FeedMedia } from './cascadePorts.ts';
import { checkPull } from './pathCheck.ts';
import type { FeedStanding } from './pathCheck.ts';

/** An end that was offered and not connected in this time was forgotten by who asked. */
const connectWithinMs = 5000;
/** A node whose link is down for so long has found another way, or is gone. */
const linkDownMs = 5000;

type PullRequest = NodeRequest<'feed.pull'>;
type PullAnswer = Result<NodeResponse<'feed.pull'>>;

/** The upstream end of one pipe. */
export interface FeedServe {
  readonly request: PullRequest;
  readonly to: NodeId;
  readonly beganAtMs: number;
  answer: Promise<PullAnswer>;
  end: ExportEnd | undefined;
  state: 'opening' | 'offered' | 'open' | 'closed';
}

export interface FeedServesParts {
  self: NodeId;
  wire: CascadeWire;
  standing: (request: PullRequest) => FeedStanding;
  mediaOf: (roomId: RoomId) => FeedMedia;
  /** Brings the feed here, for all that is waited for; false where `signal` was aborted before. */
  bring: (request: PullRequest, signal: AbortSignal) => Promise<boolean>;
  /** The way of what has this producer here, this node last. */
  wayOf: (request: PullRequest, producerId: string) => readonly NodeId[] | undefined;
  /** Something is not pulled from here any more, or not yet. */
  changed: (roomId: RoomId) => void;
  /** Since when a node's link is down; undefined while it is up. */
  downSinceMs: (nodeId: NodeId) => number | undefined;
  nowMs: () => number;
}

/** The pipes that other nodes pulled from this one. */
export class FeedServes {
  readonly #parts: FeedServesParts;
  readonly #serves = new Map<PipeId, FeedServe>();

  constructor(parts: FeedServesParts) {
    this.#parts = parts;
  }

  all(): FeedServe[] {
    return [...this.#serves.values()];
  }

  in(roomId: RoomId): FeedServe[] {
    return this.all().filter(({ request }) => request.roomId === roomId);
  }

  /** Answers a pull; a second one of the same name gets the answer of the first. */
  pull(from: NodeId, request: PullRequest, signal: AbortSignal): Promise<PullAnswer> {
    const known = this.#serves.get(request.pipeId);
    if (known) return known.to === from ? known.answer : Promise.resolve(refuse('not-allowed'));
    const { nowMs } = this.#parts;
    const serve: FeedServe = {
      request,
      to: from,
      beganAtMs: nowMs(),
      answer: Promise.resolve(refuse('media-unavailable')),
      end: undefined,
      state: 'opening',
    };
    this.#serves.set(request.pipeId, serve);
    serve.answer = this.#open(serve, signal);
    return serve.answer;
  }

  async connect(
    from: NodeId,
    { pipeId, answer }: NodeRequest<'feed.connect'>,
  ): Promise<Result<NodeResponse<'feed.connect'>>> {
    const serve = this.#of(from, pipeId);
    if (serve?.state === 'open') return done({});
    if (serve?.state !== 'offered' || serve.end === undefined) return refuse('no-such-feed');
    serve.state = 'open';
    const connected = await serve.end.connect(answer);
    if (connected.ok) return done({});
    this.#close(serve, false);
    return connected;
  }

  drop(from: NodeId, pipeId: PipeId): void {
    const serve = this.#of(from, pipeId);
    if (serve) this.#close(serve, false);
  }

  hear(from: NodeId, { pipeId, request }: NodeTell<'feed.request'>): void {
    const serve = this.#of(from, pipeId);
    if (serve) serve.end?.request(request);
    // From before this process, or of a pipe that was closed while its end could not be told.
    else this.#parts.wire.tell(from, 'feed.news', { pipeId, news: { type: 'closed' } });
  }

  /** The feed comes here by another way now: those who have it by an earlier one are to pull it anew. */
  moved(roomId: RoomId, feedId: FeedId, isPresent: (producerId: string) => boolean): void {
    for (const { request, to, end } of this.in(roomId)) {
      if (request.feedId !== feedId || end === undefined || isPresent(end.producerId)) continue;
      this.#parts.wire.tell(to, 'feed.news', { pipeId: request.pipeId, news: { type: 'moving' } });
    }
  }

  /** Closes what nobody has any more at the other end. */
  sweep(isMember: (nodeId: NodeId) => boolean): void {
    const nowMs = this.#parts.nowMs();
    for (const serve of this.all()) {
      const forgotten = serve.state === 'offered' && nowMs - serve.beganAtMs > connectWithinMs;
      const downSinceMs = this.#parts.downSinceMs(serve.to);
      const left = !isMember(serve.to) && !this.#parts.wire.isUp(serve.to);
      const cutOff = left || (downSinceMs !== undefined && nowMs - downSinceMs > linkDownMs);
      if (forgotten || cutOff) this.#close(serve, true);
    }
  }

  /** The other node runs anew and knows of nothing. */
  forget(nodeId: NodeId): void {
    for (const serve of this.all()) if (serve.to === nodeId) this.#close(serve, false);
  }

  close(): void {
    for (const serve of this.all()) this.#close(serve, true);
  }

  #of(from: NodeId, pipeId: PipeId): FeedServe | undefined {
    const serve = this.#serves.get(pipeId);
    return serve?.to === from ? serve : undefined;
  }

  async #open(serve: FeedServe, signal: AbortSignal): Promise<PullAnswer> {
    let answer: PullAnswer;
    try {
      answer = await this.#offer(serve, signal);
    } catch (error) {
      this.#close(serve, false);
      throw error;
    }
    if (!answer.ok || signal.aborted || serve.state === 'closed') {
      this.#close(serve, false);
      return answer.ok ? refuse('no-such-feed', 'it is not asked for any more') : answer;
    }
    serve.state = 'offered';
    return answer;
  }

  async #offer(serve: FeedServe, signal: AbortSignal): Promise<PullAnswer> {
    const { standing, mediaOf, bring, wayOf, wire } = this.#parts;
    const { request, to } = serve;
    const { roomId, feedId, epoch, pipeId, path, maxSpatialLayer } = request;
    if (path.at(-1) !== to) return refuse('bad-message', 'path');
    const verdict = checkPull(request, standing(request));
    if (!verdict.ok) return refuse('media-unavailable', `${verdict.error.code}: ${verdict.error.message}`);
    if (!(await bring(request, signal))) return refuse('no-such-feed');
    const exported = await mediaOf(roomId).exportFeed(feedId, maxSpatialLayer, {
      news: (news) => {
        if (serve.state !== 'closed') wire.tell(to, 'feed.news', { pipeId, news });
      },
      closed: () => this.#close(serve, true),
    });
    if (!exported.ok) return exported;
    const end = exported.value;
    if (isClosed(serve)) {
      end.close();
      return refuse('no-such-feed');
    }
    serve.end = end;
    if (end.offer.epoch !== epoch) return refuse('media-unavailable', `stale-epoch: ${end.offer.epoch}`);
    const way = wayOf(request, end.producerId);
    if (way === undefined) return refuse('media-unavailable', 'it moves to another way');
    // It may have moved to another way since it was looked at.
    const present = checkPull(request, { ...standing(request), source: way });
    if (!present.ok) return refuse('media-unavailable', `${present.error.code}: ${present.error.message}`);
    return done({ offer: end.offer, path: [...way] });
  }

  #close(serve: FeedServe, tell: boolean): void {
    if (serve.state === 'closed') return;
    const { request, to } = serve;
    const { pipeId, roomId } = request;
    const told = tell && serve.state !== 'opening';
    serve.state = 'closed';
    this.#serves.delete(pipeId);
    serve.end?.close();
    if (told) this.#parts.wire.tell(to, 'feed.news', { pipeId, news: { type: 'closed' } });
    this.#parts.changed(roomId);
  }
}

/** After a wait it may be. */
function isClosed(serve: FeedServe): boolean {
  return serve.state === 'closed';
}
