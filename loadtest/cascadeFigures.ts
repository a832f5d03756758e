import type { Figure } from './figures.ts';
import type { CascadeResult } from './measure/cascade.ts';
import { arrivals } from './measure/cascadeFirstFrames.ts';
import type { Arrival, FirstFramesResult } from './measure/cascadeFirstFrames.ts';
import { losses } from './measure/cascadeLosses.ts';
import type { Loss, LossesResult } from './measure/cascadeLosses.ts';
import type { SharedShowResult } from './measure/cascadeShow.ts';

export function cascadeFigures({ firstFrames, losses, show }: CascadeResult): Figure[] {
  return [
    ...firstFrames.flatMap(({ rttMs, result }) => firstFrameFigures(rttMs, result)),
    ...lossFigures(losses),
    ...showFigures(show),
  ];
}

const arrivalNames: Record<Arrival, string> = {
  near: "another node of the host's region",
  warm: 'a far node where others watch',
  cold: 'a far node where nobody watches',
};
/** What a cold node may take longer than a warm one, beside two round trips. */
const coldMs = 200;

function firstFrameFigures(rttMs: number, result: FirstFramesResult): Figure[] {
  const group = `First frame, regions ${rttMs} ms apart`;
  const coldAim = { atMost: Math.round(result.warm.firstFrameMs.p95 + 2 * rttMs + coldMs) };
  return arrivals.flatMap((arrival): Figure[] => {
    const { firstFrameMs, failed } = result[arrival];
    const name = arrivalNames[arrival];
    return [
      line(group, `${name}, p50`, 'ms', firstFrameMs.p50),
      line(group, `${name}, p95`, 'ms', firstFrameMs.p95, arrival === 'cold' ? coldAim : undefined),
      line(group, `${name}, no picture`, '', failed.length, { atMost: 0 }),
    ];
  });
}

const lossNames: Record<Loss, string> = {
  gateway: 'gateway node killed, a viewer behind it',
  gatewayWorker: "gateway's worker killed, a viewer behind it",
  gatewayHangs: 'gateway node hangs, a viewer behind it',
  edge: 'edge node killed, its viewer',
};
const lossAims: Record<Loss, { p50?: { atMost: number }; p95?: { atMost: number } }> = {
  gateway: { p50: { atMost: 500 }, p95: { atMost: 1200 } },
  gatewayWorker: { p50: { atMost: 500 }, p95: { atMost: 1200 } },
  gatewayHangs: { p95: { atMost: 1200 } },
  edge: { p95: { atMost: 2000 } },
};

function lossFigures(results: LossesResult): Figure[] {
  const group = 'Picture stands still, far region';
  return losses.flatMap((loss): Figure[] => {
    const { stillMs, lost, beforeMs } = results[loss];
    const name = lossNames[loss];
    return [
      line(group, `${name}, p50`, 'ms', stillMs.p50, lossAims[loss].p50),
      line(group, `${name}, p95`, 'ms', stillMs.p95, lossAims[loss].p95),
      line(group, `${name}, did not come back`, '', lost, { atMost: 0 }),
      line(group, 'the same viewers before, p95', 'ms', beforeMs.p95),
    ];
  });
}

function showFigures(show: SharedShowResult): Figure[] {
  const group = 'A show in two regions';
  const stillAim = { atMost: 100 };
  const share = (show.lowTilesBps / show.allLayersBps) * 100;
  return [
    line(group, "host's picture stands while a co-host comes, p95", 'ms', show.joinStillMs.p95, stillAim),
    line(group, "host's picture stands while he leaves, p95", 'ms', show.leaveStillMs.p95, stillAim),
    line(group, 'the same while people move in another room, p95', 'ms', show.elsewhereStillMs.p95),
    line(group, 'copies of a feed into the other region', '', show.copies, { atMost: 1 }),
    line(group, 'across, all layers', 'kbit/s', show.allLayersBps / 1000),
    line(group, 'across, low tiles alone', 'kbit/s', show.lowTilesBps / 1000),
    line(group, 'low tiles alone, of all layers', '%', share, { atMost: 50 }),
  ];
}

function line(group: string, name: string, unit: string, value: number, aim?: { atMost: number }): Figure {
  return { group, name, unit, tributary: { value }, ...(aim && { aim }) };
}
