import type { NodeId } from '../../protocol/network.ts';

/** Nodes a feed passes at most, origin and watcher included: more than any network needs whose nodes agree. */
export const longestPath = 10;

/** A node's request for a feed. */
export interface Pull {
  epoch: number;
  /** Who waits for it: first the one who began, last the one who asks here. */
  path: readonly NodeId[];
}

/** What a node knows of a feed that it is asked for. */
export interface FeedStanding {
  self: NodeId;
  /** The latest epoch it heard of. */
  epoch: number;
  /** How the feed comes here, or will once a pull under way is done: first the origin; empty while that is unknown. */
  source: readonly NodeId[];
}

export type PathRefusal =
  /** The feed would pass a node twice. */
  | { code: 'path-loop'; message: string }
  /** Its origin has begun anew since; `epoch` is the newer one. */
  | { code: 'stale-epoch'; message: string; epoch: number }
  | { code: 'path-too-long'; message: string };

export type PathVerdict = { ok: true } | { ok: false; error: PathRefusal };

/**
 * Whether a node may serve a pull. Nodes whose views differ may ask each other in a circle; each refuses what would
 * close it, and asks again when its own view has changed.
 */
export function checkPull({ epoch, path }: Pull, { self, epoch: known, source }: FeedStanding): PathVerdict {
  if (epoch < known) return refuseEpoch(epoch, known);
  if (path.includes(self)) return loop(`${self} waits for this pull itself`);
  // How an earlier epoch came says nothing of this one.
  const way = epoch > known ? [] : source;
  const twice = way.find((nodeId) => path.includes(nodeId));
  if (twice !== undefined) return loop(`the feed comes to ${self} through ${twice}`);
  return checkLength(way.length + path.length + (way.at(-1) === self ? 0 : 1));
}

/**
 * Whether a node may take a feed that comes this way, first the origin, last the node it would come from. Each node
 * tells those below it of every change of its own way before it sends them media that took it, so media never comes
 * back to a node it has passed.
 */
export function checkSource({ epoch, path }: Pull, self: NodeId, knownEpoch: number): PathVerdict {
  if (epoch < knownEpoch) return refuseEpoch(epoch, knownEpoch);
  if (path.includes(self)) return loop(`the feed has passed ${self} before`);
  return checkLength(path.length + 1);
}

function checkLength(nodes: number): PathVerdict {
  if (nodes <= longestPath) return { ok: true };
  const message = `the feed would pass ${nodes} nodes, and ${longestPath} are allowed`;
  return { ok: false, error: { code: 'path-too-long', message } };
}

function refuseEpoch(epoch: number, known: number): PathVerdict {
  const message = `epoch ${epoch} of the feed is over, ${known} is the present one`;
  return { ok: false, error: { code: 'stale-epoch', message, epoch: known } };
}

function loop(message: string): PathVerdict {
  return { ok: false, error: { code: 'path-loop', message } };
}
