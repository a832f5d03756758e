import type { Edge, EdgeList } from '../protocol/edges.ts';
import type { NodeId, NodeRecord, RegionId } from '../protocol/network.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import { chooseEdges, takesPeople } from './edgeChoice.ts';

export interface EdgesParts {
  self: NodeId;
  members: ClusterStore['members'];
  draining: () => boolean;
  /** In [0, 1). */
  random: () => number;
}

/** Who asks for edges. */
export interface EdgeAsker {
  /** The host by which his browser reached this node, e.g. `192.168.1.7:3000`. */
  host?: string | undefined;
  region?: RegionId | undefined;
}

/** The nodes that browsers may go to, as this node tells them. */
export class Edges {
  readonly #parts: EdgesParts;

  constructor(parts: EdgesParts) {
    this.#parts = parts;
  }

  /** The best few for one who asks. */
  offer({ host, region }: EdgeAsker): EdgeList {
    const { self, members, random } = this.#parts;
    const list = chooseEdges(members().nodes, { region, self }, random);
    return { ...list, edges: list.edges.map((edge) => seenFrom(host, edge)) };
  }

  /** Where to send somebody whom this node does not take; empty while it does, and while nobody else does. */
  elsewhere(host: string | undefined): Edge[] {
    const { self, draining } = this.#parts;
    const own = this.#nodes().find(({ nodeId }) => nodeId === self);
    if (!draining() && (own === undefined || takesPeople(own))) return [];
    return this.offer({ host }).edges.filter(({ nodeId }) => nodeId !== self);
  }

  /** Makes the question whether a list is still worth knowing: all of it takes people, and there is none to add. */
  holding(): (told: EdgeList) => boolean {
    const open = new Set<NodeId>();
    for (const node of this.#nodes()) if (takesPeople(node)) open.add(node.nodeId);
    const enough = Math.min(worthKnowing, open.size);
    return ({ edges }) => edges.length >= enough && edges.every(({ nodeId }) => open.has(nodeId));
  }

  /** Where the browsers of this network's pages may come from, and go to. */
  origins(): string[] {
    const urls = this.#nodes().map(({ publicUrl }) => publicUrl);
    return [...new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin))];
  }

  #nodes(): readonly NodeRecord[] {
    return this.#parts.members().nodes;
  }
}

/** Who knows so many edges need not hear of another one. */
const worthKnowing = 3;

/** `localhost` is another machine for a phone on the same network: it gets the host it asked by, with the node's port. */
function seenFrom(host: string | undefined, edge: Edge): Edge {
  const url = URL.canParse(edge.url) ? new URL(edge.url) : undefined;
  if (url?.hostname !== 'localhost' || host === undefined) return edge;
  const probe = edge.probeUrl.slice(edge.url.length);
  // A host that is no host is left where it came from.
  if (!/^[A-Za-z0-9.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return edge;
  url.hostname = new URL(`http://${host}`).hostname;
  return { ...edge, url: url.origin, probeUrl: `${url.origin}${probe}` };
}
