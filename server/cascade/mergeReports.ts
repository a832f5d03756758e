import type {
  FeedTree,
  LinkReport,
  NetworkReport,
  NodeReport,
  PipeReport,
  RoomCascadeReport,
  RoomHere,
} from '../../protocol/cascadeReport.ts';
import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId, NodeRecord } from '../../protocol/network.ts';

/** What was gathered: the answers, the members as the asked node knows them, and who did not answer. */
export interface Gathered {
  reports: readonly NodeReport[];
  members: readonly NodeRecord[];
  silent: readonly NodeId[];
}

/** One room out of what nodes answered about it; undefined where none of them has it. */
export function mergeRoom(
  roomId: RoomId,
  { reports, members, silent }: Gathered,
): RoomCascadeReport | undefined {
  const having = reports.filter(({ rooms = [], pulls, origins }) =>
    [rooms, pulls, origins].some((list) => list.some((entry) => entry.roomId === roomId)),
  );
  if (having.length === 0) return undefined;
  const here = having.flatMap(({ rooms = [] }) => rooms.filter((room) => room.roomId === roomId));
  return {
    roomId,
    home: latestHome(here),
    nodes: having
      .map(({ nodeId, region, rooms = [] }) => ({
        nodeId,
        region,
        viewers: rooms.find((room) => room.roomId === roomId)?.viewers ?? 0,
        draining: members.find((member) => member.nodeId === nodeId)?.draining ?? false,
      }))
      .sort((a, b) => compare(a.region, b.region) || compare(a.nodeId, b.nodeId)),
    feeds: feedTrees(roomId, having),
    silent: [...silent].sort(compare),
  };
}

/** The network out of what nodes answered about all their rooms; `rooms` with the most viewers come first. */
export function mergeNetwork({
  reports,
  members,
  silent,
}: Gathered): Pick<NetworkReport, 'regions' | 'nodes' | 'links' | 'rooms' | 'silent'> {
  const rooms = new Map<RoomId, RoomHere[]>();
  for (const here of reports.flatMap((report) => report.rooms ?? [])) {
    const list = rooms.get(here.roomId);
    if (list) list.push(here);
    else rooms.set(here.roomId, [here]);
  }
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
  return {
    regions: [...new Set(members.map(({ region }) => region))].sort(compare),
    nodes: [...members].sort((a, b) => compare(a.region, b.region) || compare(a.nodeId, b.nodeId)),
    links: allLinks(reports, silent),
    rooms: [...rooms]
      .map(([roomId, here]) => ({
        roomId,
        home: latestHome(here),
        nodes: here.length,
        feeds: sum(here.map(({ origins }) => origins)),
        viewers: sum(here.map(({ viewers }) => viewers)),
      }))
      .sort((a, b) => b.viewers - a.viewers || compare(a.roomId, b.roomId)),
    silent: [...silent].sort(compare),
  };
}

/** The trees of a room's feeds: of each pulling node its latest pull, nearest to the origin first. */
function feedTrees(roomId: RoomId, reports: readonly NodeReport[]): FeedTree[] {
  const trees = new Map<FeedId, FeedTree>();
  // A publisher who moved is at two origins until the old one has noticed: the later epoch is the feed.
  const learn = (root: FeedTree): FeedTree => {
    const known = trees.get(root.feedId);
    if (known !== undefined && known.epoch >= root.epoch) return known;
    const tree = { ...root, pulls: known?.pulls ?? [] };
    trees.set(root.feedId, tree);
    return tree;
  };
  for (const { nodeId, region, origins, pulls } of reports) {
    for (const { feedId, epoch, source, publisherId, roomId: its } of origins)
      if (its === roomId)
        learn({ feedId, epoch, source, publisherId, originNode: nodeId, originRegion: region, pulls: [] });
    for (const pull of pulls) {
      const { feedId, epoch, source, publisherId, originNode, originRegion } = pull;
      if (pull.roomId !== roomId) continue;
      learn({ feedId, epoch, source, publisherId, originNode, originRegion, pulls: [] });
      // `learn` may put a later tree in its place, with the same list.
      trees.get(feedId)?.pulls.push(pull);
    }
  }
  return [...trees.values()]
    .map((tree) => ({ ...tree, pulls: withDepths(tree.originNode, latestPulls(tree.pulls)) }))
    .sort((a, b) => compare(a.feedId, b.feedId));
}

function latestPulls(pulls: readonly PipeReport[]): PipeReport[] {
  const latest = new Map<NodeId, PipeReport>();
  for (const pull of pulls) {
    const known = latest.get(pull.to);
    if (known === undefined || isLater(pull, known)) latest.set(pull.to, pull);
  }
  return [...latest.values()];
}

/** A node that changes over has two pulls of a feed for a moment, and the one that opens is the later. */
function isLater(a: PipeReport, b: PipeReport): boolean {
  return (
    a.epoch - b.epoch > 0 || (a.epoch === b.epoch && (a.openedAtMs ?? Infinity) > (b.openedAtMs ?? Infinity))
  );
}

/** Each node knows its depth by what its upstream last told; where the whole way is here, it is counted anew. */
function withDepths(origin: NodeId, pulls: readonly PipeReport[]): PipeReport[] {
  const byNode = new Map(pulls.map((pull) => [pull.to, pull]));
  const depthOf = (pull: PipeReport): number => {
    let depth = 1;
    for (let at = pull; at.from !== origin; depth += 1) {
      const next = byNode.get(at.from);
      // Its upstream is silent, or two nodes that are about to change hang from each other.
      if (next === undefined || depth > pulls.length) return pull.depth;
      at = next;
    }
    return depth;
  };
  return pulls
    .map((pull) => ({ ...pull, depth: depthOf(pull) }))
    .sort((a, b) => a.depth - b.depth || compare(a.toRegion, b.toRegion) || compare(a.to, b.to));
}

/** The home of the highest epoch that anybody knows. */
function latestHome(here: readonly RoomHere[]): RoomHere['home'] {
  return here.reduce<RoomHere['home']>(
    (latest, { home }) => (home !== null && home.epoch > (latest?.epoch ?? -1) ? home : latest),
    null,
  );
}

/** Each end tells of its link to the other: both are kept, since each measures by itself. */
function allLinks(reports: readonly NodeReport[], silent: readonly NodeId[]): LinkReport[] {
  return reports
    .flatMap(({ nodeId, links = [] }) => links.filter(({ from }) => from === nodeId))
    .map((link): LinkReport =>
      // Once the question was given up, nobody wants this link, and still it is not for want of something to say.
      link.state === 'idle' && silent.includes(link.to) ? { ...link, state: 'down' } : link,
    )
    .sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
