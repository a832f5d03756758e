import type { Page } from 'puppeteer';
import type { PipeReport } from '../../protocol/cascadeReport.ts';
import { waitForState } from './browser.ts';
import { waitForMoving } from './pageHistory.ts';
import { until } from './until.ts';
import type { WanCluster } from './wanCluster.ts';
import type { WanNode } from './wanNode.ts';
import type { Visit, WanPages } from './wanPages.ts';

let shows = 0;
/** What is smaller is sent in one layer, of which a new viewer waits a second for his first frame. */
export const smallestOfTwoLayers = { width: 536, height: 300 };

/** One show with a host, called Hanna, and a viewer at each of some nodes. */
export class WanShow {
  readonly room: string;
  /** The host's camera. */
  readonly feedId = 'hanna:camera';
  readonly host: Page;
  readonly #viewers: ReadonlyMap<string, Page>;
  readonly #cluster: WanCluster;

  private constructor(cluster: WanCluster, room: string, host: Page, viewers: ReadonlyMap<string, Page>) {
    this.#cluster = cluster;
    this.room = room;
    this.host = host;
    this.#viewers = viewers;
  }

  /** Waits until everybody sees the host. The first of the viewers comes before him where `audienceFirst`. */
  static async open(
    cluster: WanCluster,
    pages: WanPages,
    options: { host: string; viewers: readonly string[]; camera?: Visit['camera']; audienceFirst?: boolean },
  ): Promise<WanShow> {
    const room = `show-${++shows}`;
    const viewers = new Map<string, Page>();
    const openViewer = async (at: string): Promise<void> => {
      viewers.set(at, await pages.open({ at, room, name: `Viewer-${at}` }));
    };
    const [first = '', ...others] = options.viewers;
    if (options.audienceFirst === true) {
      await openViewer(first);
      await waitForState(viewers.get(first)!, 'live');
    }
    const { host: at, camera = smallestOfTwoLayers } = options;
    const host = await pages.open({ at, room, name: 'Hanna', role: 'host', camera });
    await waitForState(host, 'live');
    if (options.audienceFirst !== true) await openViewer(first);
    for (const other of others) await openViewer(other);
    const show = new WanShow(cluster, room, host, viewers);
    for (const viewer of viewers.values()) await waitForMoving(viewer, show.feedId);
    return show;
  }

  /** The viewer whose page was opened at this node. */
  viewer(nodeId: string): Page {
    const viewer = this.#viewers.get(nodeId);
    if (viewer === undefined) throw new Error(`no viewer came to ${nodeId}`);
    return viewer;
  }

  /** Pulls of the host's camera, as `at` tells them. */
  async pulls(at?: string): Promise<PipeReport[]> {
    const { feeds } = await this.#cluster.cascade(this.room, at);
    return feeds.filter(({ feedId }) => feedId === this.feedId).flatMap((feed) => feed.pulls);
  }

  /** The node by which the picture enters a region, and another node of the region that has it from there. */
  async gatewayOf(region: string): Promise<{ gateway: WanNode; edge: WanNode }> {
    let found: { gateway: string; edge: string } | undefined;
    await until(async () => {
      const own = (await this.pulls()).filter(
        ({ toRegion, state }) => toRegion === region && state === 'open',
      );
      const gateway = own.find(({ fromRegion }) => fromRegion !== region)?.to;
      const edge = own.find(({ from }) => from === gateway)?.to;
      if (gateway !== undefined && edge !== undefined) found = { gateway, edge };
      return found !== undefined;
    });
    const { gateway, edge } = found!;
    return { gateway: this.#cluster.node(gateway), edge: this.#cluster.node(edge) };
  }
}
