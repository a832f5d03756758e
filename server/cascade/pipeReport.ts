import type { NodeCascadeReport, PipeReport, PullReason } from '../../protocol/cascadeReport.ts';
import { ownerOfFeed, sourceOfFeed } from '../../protocol/identity.ts';
import type { RoomId } from '../../protocol/identity.ts';
import type { KnownFeed } from './cascadePorts.ts';
import type { FeedPull } from './feedPull.ts';
import type { FeedServe } from './feedServes.ts';
import type { Place } from './networkView.ts';
import type { PipeFigures } from './pipeWatch.ts';
import type { PulledPipe } from './pulledPipe.ts';
import type { UpstreamReason } from './upstreamChoice.ts';

/** What an operator is told of one pull; undefined for one of which nothing is known yet. */
export function pipeReport(
  self: Place,
  pull: FeedPull,
  figuresOf: (pipe: PulledPipe) => PipeFigures,
): PipeReport | undefined {
  const { feed, pipe, failure } = pull;
  const up = pull.up ?? pipe?.up;
  if (up === undefined) return undefined;
  const { roomId, feedId, epoch, originNode, originRegion } = feed;
  return {
    roomId,
    feedId,
    epoch,
    source: sourceOfFeed(feedId),
    publisherId: ownerOfFeed(feedId),
    originNode,
    originRegion,
    from: pipe?.up.from ?? up.from,
    fromRegion: pipe?.up.fromRegion ?? up.fromRegion,
    to: self.nodeId,
    toRegion: self.region,
    depth: pipe ? pipe.way.length - 1 : 0,
    state: failure !== undefined ? 'retrying' : pipe ? 'open' : 'opening',
    ...(failure !== undefined && { error: failure.slice(0, 200) }),
    reason: reasonOf(up.reason),
    layers: layersOf(pipe),
    ...(pipe ? figuresOf(pipe) : { bitrateBps: 0, lossRatio: 0, rttMs: null, jitterMs: 0 }),
    openedAtMs: pipe?.openedAtMs ?? null,
  };
}

/** What an operator is told of feeds that are published here. */
export function originReports(
  roomId: RoomId,
  feeds: readonly KnownFeed[],
  serves: readonly FeedServe[],
): NodeCascadeReport['origins'] {
  return feeds.map(({ feedId, epoch, source, publisherId }) => ({
    roomId,
    feedId,
    epoch,
    source,
    publisherId,
    pipes: serves.filter(({ request }) => request.feedId === feedId).length,
  }));
}

function layersOf(pipe: PulledPipe | undefined): PipeReport['layers'] {
  if (!pipe) return { wanted: null, carried: null, ceiling: 0, top: 0 };
  const { wanted, live, topLayer: top } = pipe;
  const ceiling = Math.min(pipe.ceiling ?? top, top);
  return { wanted, carried: wanted === null ? null : Math.min(wanted, live, ceiling), ceiling, top };
}

function reasonOf(reason: UpstreamReason): PullReason {
  if (reason.kind !== 'border') return { kind: reason.kind };
  const { route } = reason;
  return {
    kind: 'border',
    ...(route.directMs < Infinity && { directRttMs: route.directMs }),
    ...(route.kind === 'detour' && { via: route.via, viaRttMs: route.viaMs }),
  };
}
