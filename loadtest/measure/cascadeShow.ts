import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { waitForState } from '../../test/support/browser.ts';
import { frameTimes, longestStall, waitForMoving } from '../../test/support/pageHistory.ts';
import { until } from '../../test/support/until.ts';
import type { WanCluster } from '../../test/support/wanCluster.ts';
import type { WanPages } from '../../test/support/wanPages.ts';
import { WanShow } from '../../test/support/wanShow.ts';
import { summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';

export interface SharedShowPlan {
  /** How often a co-host comes and leaves. */
  turns: number;
  /** For how long bytes are counted. */
  countMs: number;
}

export interface SharedShowResult {
  /** The longest time between two frames of the host at each far viewer while a co-host comes, and while he leaves. */
  joinStillMs: Summary;
  leaveStillMs: Summary;
  /** The same while somebody comes to another room of the same nodes and leaves it: what the machine does to pictures. */
  elsewhereStillMs: Summary;
  /** The most copies of any feed that entered the far region at once. */
  copies: number;
  /** From region to region in a second, everything included. */
  allLayersBps: number;
  lowTilesBps: number;
}

const farNodes = ['eu-1', 'eu-2'];
/** Three layers need a picture of some size, and the shortest pause that can be seen is that of two frames. */
const camera = { width: 640, height: 360, frameRate: 30 };
/** A page that shows less than before tells so two seconds later. */
const watchMs = 5000;
const settleMs = 1500;
/** A publisher on a busy machine begins with less than his picture needs. */
const fullPictureBps = 220_000;
const fullPictureLimitMs = 60_000;

/** A host, and viewers at both nodes of the other region. */
export async function measureSharedShow(
  cluster: WanCluster,
  pages: WanPages,
  plan: SharedShowPlan,
): Promise<SharedShowResult> {
  const show = await WanShow.open(cluster, pages, { host: 'us-1', viewers: farNodes, camera });
  const viewers = farNodes.map((nodeId) => show.viewer(nodeId));
  const bytes = await countBytes(cluster, show, viewers, plan.countMs);
  const stills = { join: [] as number[], leave: [] as number[], elsewhere: [] as number[] };
  let copies = 0;
  const watch = async (into: number[]): Promise<void> => {
    const sinceMs = Date.now();
    await sleep(watchMs);
    for (const viewer of viewers)
      into.push(longestStall(await frameTimes(viewer, show.feedId), sinceMs).pauseMs);
  };
  for (let turn = 0; turn < plan.turns; turn++) {
    for (const room of [show.room, `${show.room}-elsewhere-${turn}`]) {
      const elsewhere = room !== show.room;
      await sleep(settleMs);
      const watched = watch(elsewhere ? stills.elsewhere : stills.join);
      const cohost = await openCohost(pages, room, elsewhere);
      await watched;
      await waitForState(cohost, 'live');
      if (!elsewhere) copies = Math.max(copies, await copiesOf(cluster, room));
      const left = watch(elsewhere ? stills.elsewhere : stills.leave);
      await cohost.evaluate(() => window.tributary?.room?.leave());
      await left;
      await pages.shut(cohost);
    }
  }
  await pages.shutAll();
  return {
    joinStillMs: summarize(stills.join),
    leaveStillMs: summarize(stills.leave),
    elsewhereStillMs: summarize(stills.elsewhere),
    copies,
    ...bytes,
  };
}

/** Elsewhere he is the host: a co-host would wait for one. */
function openCohost(pages: WanPages, room: string, elsewhere: boolean): Promise<Page> {
  return pages.open({
    at: 'eu-1',
    room,
    name: 'Carl',
    role: elsewhere ? 'host' : 'cohost',
    camera: { width: 320, height: 180, colour: 'blue' },
  });
}

async function copiesOf(cluster: WanCluster, room: string): Promise<number> {
  const { feeds } = await cluster.cascade(room);
  const entering = feeds.map(
    ({ pulls }) => pulls.filter(({ fromRegion, toRegion }) => fromRegion !== toRegion).length,
  );
  return Math.max(0, ...entering);
}

async function countBytes(
  cluster: WanCluster,
  show: WanShow,
  viewers: readonly Page[],
  countMs: number,
): Promise<Pick<SharedShowResult, 'allLayersBps' | 'lowTilesBps'>> {
  const count = async (): Promise<number> => {
    await sleep(settleMs);
    const before = cluster.passed('us', 'eu').bytes;
    await sleep(countMs);
    return ((cluster.passed('us', 'eu').bytes - before) * 8000) / countMs;
  };
  const setQuality = async (quality: 'low' | 'high', layer: number): Promise<void> => {
    for (const viewer of viewers)
      await viewer.evaluate((wish) => window.tributary?.room?.setQuality('all', wish), quality);
    await until(async () => (await crossing(show))?.layers.carried === layer, {
      limitMs: fullPictureLimitMs,
    });
  };
  await setQuality('high', 1);
  await until(async () => ((await crossing(show))?.bitrateBps ?? 0) > fullPictureBps, {
    limitMs: fullPictureLimitMs,
  });
  const allLayersBps = await count();
  await setQuality('low', 0);
  const lowTilesBps = await count();
  await setQuality('high', 1);
  for (const viewer of viewers) await waitForMoving(viewer, show.feedId);
  return { allLayersBps, lowTilesBps };
}

type Pull = Awaited<ReturnType<WanShow['pulls']>>[number];

async function crossing(show: WanShow): Promise<Pull | undefined> {
  return (await show.pulls()).find(({ fromRegion, toRegion }) => fromRegion !== toRegion);
}
