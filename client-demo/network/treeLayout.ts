import type { FeedTree, NodeId, PipeReport } from '../../client/operator.ts';

/** One node of a feed's tree: the origin, one that pulls, or one that only others speak of since it is silent. */
export interface TreeCard {
  nodeId: NodeId;
  pull: PipeReport | undefined;
  /** 0 for the origin. */
  column: number;
  row: number;
  /** The row of the node it hangs from; undefined for the origin, and where the way to the origin is not known. */
  parentRow: number | undefined;
}

export interface TreeLayout {
  /** Each after the one it hangs from, and its whole branch before its next sister. */
  cards: TreeCard[];
  columns: number;
  rows: number;
}

const mostCounted = 256;

/**
 * Places the nodes of a feed's tree: further right is further from the origin, a parent stands beside its first child,
 * and the smaller of two branches comes first, so that the larger one leaves no hole.
 */
export function layoutTree({ originNode, pulls }: Pick<FeedTree, 'originNode' | 'pulls'>): TreeLayout {
  const children = new Map<NodeId, PipeReport[]>();
  for (const pull of pulls) {
    const sisters = children.get(pull.from);
    if (sisters) sisters.push(pull);
    else children.set(pull.from, [pull]);
  }
  for (const sisters of children.values()) sisters.sort((a, b) => sizeOf(children, a) - sizeOf(children, b));
  const cards: TreeCard[] = [];
  const placed = new Set<NodeId>();
  let rows = 0;
  const place = (nodeId: NodeId, pull: PipeReport | undefined, column: number, parentRow?: number): void => {
    const row = rows;
    placed.add(nodeId);
    cards.push({ nodeId, pull, column, row, parentRow });
    let first = true;
    for (const child of children.get(nodeId) ?? []) {
      if (placed.has(child.to)) continue;
      if (!first) rows += 1;
      first = false;
      place(child.to, child, column + 1, row);
    }
  };
  place(originNode, undefined, 0);
  const pullOf = new Map(pulls.map((pull) => [pull.to, pull]));
  // Whoever pulls from a silent node, or stands in a ring of nodes that are about to change, hangs from that node.
  for (const { from, to, depth } of pulls) {
    if (placed.has(to)) continue;
    rows += 1;
    place(from, pullOf.get(from), Math.max(1, depth - 1));
  }
  return { cards, columns: 1 + Math.max(...cards.map(({ column }) => column)), rows: rows + 1 };
}

/** How many nodes hang from this pull, itself included; no more than `mostCounted`, where there is a ring. */
function sizeOf(children: ReadonlyMap<NodeId, readonly PipeReport[]>, { to }: PipeReport): number {
  const waiting: NodeId[] = [to];
  let size = 0;
  while (waiting.length > 0 && size < mostCounted) {
    const at = waiting.pop();
    size += 1;
    if (at !== undefined) waiting.push(...(children.get(at) ?? []).map((child) => child.to));
  }
  return size;
}
