import { WanCluster } from '../../test/support/wanCluster.ts';
import { WanPages } from '../../test/support/wanPages.ts';
import { roundTrip } from '../../test/wan/wanProfile.ts';
import type { BenchBrowser } from '../benchTabs.ts';
import { measureFirstFrames } from './cascadeFirstFrames.ts';
import type { FirstFramesResult } from './cascadeFirstFrames.ts';
import { measureLosses } from './cascadeLosses.ts';
import type { LossesResult } from './cascadeLosses.ts';
import { measureSharedShow } from './cascadeShow.ts';
import type { SharedShowPlan, SharedShowResult } from './cascadeShow.ts';

export interface CascadePlan {
  /** Between the two regions; the first one counts for everything but first frames. */
  rttsMs: readonly [number, ...number[]];
  /** Of each kind, for each round trip. */
  joins: number;
  losses: number;
  show: SharedShowPlan;
}

export interface CascadeResult {
  firstFrames: { rttMs: number; result: FirstFramesResult }[];
  losses: LossesResult;
  show: SharedShowResult;
}

/** Two regions of two nodes each, real servers over a real Redis, with an emulated ocean between them. */
export async function measureCascade(
  plan: CascadePlan,
  browser: BenchBrowser,
  progress: (text: string) => void,
): Promise<CascadeResult> {
  const cluster = await WanCluster.start({
    regions: { us: ['us-1', 'us-2'], eu: ['eu-1', 'eu-2'] },
    pageOrigins: [browser.pageOrigin],
  });
  const endAll = (): void => endAtOnce(cluster);
  process.once('exit', endAll);
  let pages: WanPages | undefined;
  try {
    pages = await WanPages.launch(cluster, { cameraRate: 30 });
    const [rttMs] = plan.rttsMs;
    const firstFrames: CascadeResult['firstFrames'] = [];
    for (const one of plan.rttsMs) {
      progress(`cascade, first frames across ${one} ms`);
      cluster.set('us', 'eu', roundTrip(one));
      const at = { host: 'us-1', near: 'us-2', far: 'eu-1' };
      const result = await measureFirstFrames({ cluster, pages, browser }, at, plan.joins);
      firstFrames.push({ rttMs: one, result });
    }
    cluster.set('us', 'eu', roundTrip(rttMs));
    progress('cascade, a show in two regions');
    const show = await measureSharedShow(cluster, pages, plan.show);
    progress('cascade, losses');
    const losses = await measureLosses(cluster, pages, plan.losses);
    return { firstFrames, losses, show };
  } finally {
    await pages?.close();
    await cluster.close();
    process.off('exit', endAll);
  }
}

/** Where the benchmark is broken off: nothing it started outlives it. */
function endAtOnce(cluster: WanCluster): void {
  for (const node of cluster.nodes) if (node.running) process.kill(node.pid, 'SIGKILL');
  void cluster.redis.stop();
}
