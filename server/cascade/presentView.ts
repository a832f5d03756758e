import type { NodeId, NodeRecord } from '../../protocol/network.ts';
import { loadShare } from './loadSteps.ts';
import { prepareView } from './networkView.ts';
import type { CascadeSettings, NetworkView, RegionLink } from './networkView.ts';

/** The network as this node knows it now; made anew only when something in it changed that a choice depends on. */
export class PresentView {
  readonly #settings: CascadeSettings;
  #view: NetworkView;
  #key = '';

  constructor(settings: CascadeSettings) {
    this.#settings = settings;
    this.#view = prepareView([], [], settings);
  }

  get view(): NetworkView {
    return this.#view;
  }

  /** Takes in what nodes tell of themselves, and which of them cannot be reached from here; answers whether that is news. */
  update(members: readonly NodeRecord[], isDown: (nodeId: NodeId) => boolean): boolean {
    const nodes = members.map(({ nodeId, region, load, capacity, draining }) => ({
      nodeId,
      region,
      load,
      capacity,
      draining,
      healthy: !isDown(nodeId),
    }));
    const links = members.flatMap(waysInto);
    const key = JSON.stringify([nodes.map((node) => ({ ...node, load: loadShare(node.load) })), links]);
    if (key === this.#key) return false;
    this.#key = key;
    this.#view = prepareView(nodes, links, this.#settings);
    return true;
  }
}

/** What a node measured of media that flows to it from other regions. */
function waysInto({ region, links = {} }: NodeRecord): RegionLink[] {
  return Object.entries(links).map(([from, way]) => ({
    from: from as RegionLink['from'],
    to: region,
    ...way,
  }));
}
