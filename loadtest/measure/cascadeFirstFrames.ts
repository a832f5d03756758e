import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { waitForState } from '../../test/support/browser.ts';
import type { WanCluster } from '../../test/support/wanCluster.ts';
import type { WanPages } from '../../test/support/wanPages.ts';
import { smallestOfTwoLayers } from '../../test/support/wanShow.ts';
import type { BenchBrowser, BenchTab } from '../benchTabs.ts';
import type { JoinOutcome } from '../page/benchPage.ts';
import { summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';
import type { System } from '../systems.ts';

/** Where a viewer comes: beside the host, or far from him; where others watch already, or where nobody does. */
export type Arrival = 'near' | 'warm' | 'cold';
export const arrivals: readonly Arrival[] = ['near', 'warm', 'cold'];

export interface ArrivalResult {
  firstFrameMs: Summary;
  outcomes: JoinOutcome[];
  /** Joins without a picture, or at another node than was meant. */
  failed: string[];
}

export type FirstFramesResult = Record<Arrival, ArrivalResult>;

/** Between two joins, so that layers and keyframes are as in a quiet room. */
const quietMs = 700;
/** The publisher's bandwidth estimate rises to what its layers need. */
const settleMs = 2500;
let rooms = 0;

/**
 * A room with viewers at `near` and `far`, whom others join in turns there; and for each cold join a room of its own, whose
 * host has settled while the others joined.
 */
export async function measureFirstFrames(
  { cluster, pages, browser }: { cluster: WanCluster; pages: WanPages; browser: BenchBrowser },
  at: { host: string; near: string; far: string },
  joins: number,
): Promise<FirstFramesResult> {
  const tabs = {
    near: await browser.openTab(cluster.node(at.near).origin),
    far: await browser.openTab(cluster.node(at.far).origin),
  };
  const outcomes: Record<Arrival, JoinOutcome[]> = { near: [], warm: [], cold: [] };
  const failed: Record<Arrival, string[]> = { near: [], warm: [], cold: [] };
  const joinAt = async (arrival: Arrival, room: string): Promise<void> => {
    const place = arrival === 'near' ? 'near' : 'far';
    const outcome = await joinOnce(tabs[place], cluster, at[place], room);
    if (outcome.error === undefined) outcomes[arrival].push(outcome);
    else failed[arrival].push(outcome.error);
  };
  const standing = await openRoom(pages, at.host);
  for (const nodeId of [at.near, at.far]) {
    const more = { drop: '1' };
    const viewer = await pages.open({ at: nodeId, room: standing.room, name: `Viewer-${nodeId}`, more });
    await waitForState(viewer, 'live');
  }
  await sleep(settleMs);
  for (let join = 0; join < joins; join++) {
    const fresh = await openRoom(pages, at.host);
    const settled = sleep(settleMs);
    await joinAt('near', standing.room);
    await joinAt('warm', standing.room);
    await settled;
    await joinAt('cold', fresh.room);
    await pages.shut(fresh.host);
  }
  for (const tab of Object.values(tabs)) await tab.close();
  await pages.shutAll();
  const resultOf = (arrival: Arrival): ArrivalResult => ({
    firstFrameMs: summarize(outcomes[arrival].flatMap((outcome) => outcome.firstFrameMs ?? [])),
    outcomes: outcomes[arrival],
    failed: failed[arrival],
  });
  return { near: resultOf('near'), warm: resultOf('warm'), cold: resultOf('cold') };
}

async function openRoom(pages: WanPages, at: string): Promise<{ room: string; host: Page }> {
  const room = `first-frame-${(rooms += 1)}`;
  const host = await pages.open({ at, room, name: 'Hanna', role: 'host', camera: smallestOfTwoLayers });
  await waitForState(host, 'live');
  return { room, host };
}

/** What came of one join; an error, too, where it was at another node than was meant. */
async function joinOnce(
  tab: BenchTab,
  cluster: WanCluster,
  nodeId: string,
  room: string,
): Promise<JoinOutcome> {
  const node = cluster.node(nodeId);
  const joinsHere = async (): Promise<number> =>
    (await node.metrics()).sum('tributary_joins_total', { result: 'ok' });
  await tab.reload();
  await sleep(quietMs);
  const before = await joinsHere();
  const how = { gapsMs: [0], render: true, stayMs: 0 };
  const [outcome] = await tab.startViewers(systemOf(cluster, nodeId), room, how);
  if (outcome === undefined) throw new Error('a join had no outcome');
  return (await joinsHere()) > before ? outcome : { ...outcome, error: 'joined at another node' };
}

function systemOf(cluster: WanCluster, nodeId: string): System {
  const { origin, pid } = cluster.node(nodeId);
  return {
    kind: 'tributary',
    origin,
    pid,
    tokens: async (room, role, count) => {
      const names = Array.from({ length: count }, () => `joiner-${(people += 1)}`);
      return Promise.all(names.map((name) => cluster.token(room, name, role)));
    },
    stop: () => Promise.resolve(),
  };
}

let people = 0;
