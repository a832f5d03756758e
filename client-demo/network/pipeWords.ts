import type { PipeReport } from '../../client/operator.ts';

const whole = (ms: number): string => `${Math.round(ms)}`;

/** Why a node pulls from where it pulls, for an operator. */
export function reasonWords({ reason, toRegion, originRegion }: PipeReport): string {
  switch (reason.kind) {
    case 'origin':
      return `same region as the origin: straight from it`;
    case 'gateway':
      return `from the gateway of ${toRegion}, which brings the feed into the region`;
    case 'relay':
      return `from a relay of ${toRegion}: the first node there feeds as many as it may`;
    case 'border':
      return `gateway of ${toRegion}, ${routeWords(reason, originRegion)}`;
    default:
      return reason.kind satisfies never;
  }
}

function routeWords({ via, directRttMs, viaRttMs }: PipeReport['reason'], originRegion: string): string {
  if (via === undefined)
    return directRttMs === undefined
      ? 'straight to the origin; nothing measured yet'
      : `straight to the origin: ${whole(directRttMs)} ms`;
  if (viaRttMs === undefined) return `detour through ${via}`;
  return directRttMs === undefined
    ? `detour through ${via}: ${whole(viaRttMs)} ms to ${originRegion}`
    : `detour through ${via}: ${whole(viaRttMs)} instead of ${whole(directRttMs)} ms`;
}

export type LayerState = 'carried' | 'missing' | 'unwanted';

/** What becomes of each layer of a feed on a pipe, lowest first. */
export function layerStates({ layers: { wanted, carried, top } }: PipeReport): LayerState[] {
  return Array.from({ length: top + 1 }, (_, layer) =>
    layer <= (carried ?? -1) ? 'carried' : layer <= (wanted ?? -1) ? 'missing' : 'unwanted',
  );
}

export function layerWords({ layers: { wanted, carried, ceiling, top } }: PipeReport): string {
  const count = (layer: number | null): number => (layer ?? -1) + 1;
  const words = [`${count(carried)} of ${top + 1} ${top === 0 ? 'layer' : 'layers'}`];
  if (count(wanted) !== count(carried)) words.push(`${count(wanted)} wanted`);
  if (ceiling < Math.min(top, wanted ?? -1)) words.push(`the way takes ${count(ceiling)}`);
  return words.join(', ');
}

export function bitrateWords(bps: number): string {
  return bps >= 999_500 ? `${(bps / 1e6).toFixed(2)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`;
}

export function rttWords(rttMs: number | null): string {
  if (rttMs === null) return '– ms';
  return rttMs < 9.95 ? `${rttMs.toFixed(1)} ms` : `${whole(rttMs)} ms`;
}

export function lossWords(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** One pipe in one sentence, for those who do not see the tree. */
export function pipeSentence(pull: PipeReport): string {
  const state =
    pull.state === 'open'
      ? `${layerWords(pull)}, ${bitrateWords(pull.bitrateBps)}, ${rttWords(pull.rttMs)}, ${lossWords(pull.lossRatio)} lost`
      : pull.state;
  return `${pull.to} in ${pull.toRegion} pulls from ${pull.from} in ${pull.fromRegion}, ${pull.depth} from the origin: ${state}`;
}

/** How long ago, in the one unit that matters. */
export function agoWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
