import { describe, expect, test } from '@jest/globals';
import { LinkCongestion } from '../../server/cascade/congestion.ts';
import { LayerDemand } from '../../server/layers/layerDemand.ts';
import { Random } from '../support/random.ts';

describe('the layers a pipe carries', () => {
  const ofPipe = (first: number): LayerDemand => new LayerDemand(3, 3000, 0, first, -1);

  test('are none before anybody wants one, and rise at once', () => {
    const demand = ofPipe(-1);
    expect(demand.next(0)).toEqual({});
    expect(demand.told).toBe(-1);
    demand.set('edge-1', 0, 100);
    expect(demand.next(100)).toEqual({ tell: 0 });
    demand.set('edge-2', 2, 200);
    expect(demand.next(200)).toEqual({ tell: 2 });
  });

  test('fall when nobody wanted them for a while, at last to nothing', () => {
    const demand = ofPipe(2);
    demand.set('edge', 2, 0);
    demand.set('edge', 0, 1000);
    expect(demand.next(1000)).toEqual({ wakeAtMs: 4000 });
    expect(demand.next(4000)).toEqual({ tell: 0 });
    demand.set('edge', undefined, 5000);
    expect(demand.next(5000)).toEqual({ wakeAtMs: 8000 });
    expect(demand.next(8000)).toEqual({ tell: -1 });
    expect(demand.next(9000)).toEqual({});
  });
});

const stepMs = 250;
const baseRttMs = 80;
/** Sums of the layers up to each, in kbit/s. */
const layerKbps = [150, 650, 2150];

interface Played {
  /** The ceiling after each step. */
  ceilings: number[];
  changes: number;
}

/** A link whose queue holds a quarter of a second, fed with what the ceiling lets through. */
function overLink(capacityKbps: (nowMs: number) => number, lengthMs: number, seed = 1): Played {
  const random = new Random(seed);
  const congestion = new LinkCongestion(2);
  const ceilings: number[] = [];
  let queuedKbit = 0;
  for (let nowMs = 0; nowMs < lengthMs; nowMs += stepMs) {
    const capacity = capacityKbps(nowMs);
    const sent = (layerKbps[congestion.ceiling]! * stepMs) / 1000;
    queuedKbit = Math.max(0, queuedKbit + sent - (capacity * stepMs) / 1000);
    const room = capacity / 4;
    const lost = Math.max(0, queuedKbit - room);
    queuedKbit -= lost;
    const rttMs = baseRttMs + (1000 * queuedKbit) / capacity + 8 * random.next();
    ceilings.push(congestion.sample({ lossRatio: lost / sent + 0.004 * random.next(), rttMs }, nowMs));
  }
  const changes = ceilings.filter((ceiling, index) => ceiling !== (ceilings[index - 1] ?? 2)).length;
  return { ceilings, changes };
}

/** A link with this loss of its own. */
function withLoss(lossRatio: (nowMs: number) => number, lengthMs: number): number[] {
  const congestion = new LinkCongestion(2);
  const ceilings: number[] = [];
  for (let nowMs = 0; nowMs < lengthMs; nowMs += stepMs) {
    ceilings.push(congestion.sample({ lossRatio: lossRatio(nowMs), rttMs: baseRttMs }, nowMs));
  }
  return ceilings;
}

describe('a link', () => {
  test('that is wide enough carries everything, with the jitter and loss that every link has', () => {
    for (let seed = 1; seed <= 20; seed++) expect(overLink(() => 4000, 300_000, seed).changes).toBe(0);
  });

  test('that becomes narrow sheds the top layer within two seconds, and gets it back when it is wide again', () => {
    const capacity = (nowMs: number) => (nowMs >= 10_000 && nowMs < 60_000 ? 1000 : 4000);
    const { ceilings } = overLink(capacity, 240_000);
    const at = (ms: number) => ceilings[ms / stepMs];
    expect(at(9_750)).toBe(2);
    expect(at(12_000)).toBe(1);
    expect(ceilings.slice(12_000 / stepMs)).not.toContain(0);
    expect(at(239_750)).toBe(2);
  });

  test('that becomes very narrow sheds down to the lowest layer, which always stays', () => {
    const { ceilings } = overLink((nowMs) => (nowMs < 5000 ? 4000 : 100), 30_000);
    expect(ceilings.at(-1)).toBe(0);
    expect(Math.min(...ceilings)).toBe(0);
  });

  test('that stays narrow is tried ever more rarely', () => {
    const { ceilings } = overLink(() => 1000, 600_000);
    const changesIn = (fromMs: number, toMs: number) =>
      ceilings
        .slice(fromMs / stepMs, toMs / stepMs)
        .filter((ceiling, index, all) => index > 0 && ceiling !== all[index - 1]).length;
    expect(changesIn(0, 600_000)).toBeLessThan(20);
    expect(changesIn(300_000, 600_000)).toBeLessThan(8);
    expect(ceilings).not.toContain(0);
  });

  test('with one burst of loss keeps its layers, with lasting loss it does not', () => {
    const burst = withLoss((nowMs) => (nowMs >= 5000 && nowMs < 5750 ? 0.1 : 0), 20_000);
    expect(new Set(burst)).toEqual(new Set([2]));
    const lasting = withLoss((nowMs) => (nowMs >= 5000 && nowMs < 8000 ? 0.08 : 0), 40_000);
    expect(lasting[6250 / stepMs]).toBe(1);
    expect(lasting.at(-1)).toBe(2);
  });

  test('with a little loss of its own neither sheds nor recovers', () => {
    expect(new Set(withLoss(() => 0.025, 300_000))).toEqual(new Set([2]));
    const after = withLoss((nowMs) => (nowMs < 3000 ? 0.08 : 0.025), 300_000);
    expect(after.at(-1)).toBe(1);
  });

  test('with very much loss sheds at once', () => {
    expect(withLoss((nowMs) => (nowMs >= 1000 ? 0.3 : 0), 1500)[1000 / stepMs]).toBe(1);
  });
});
