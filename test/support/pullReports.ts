import { pipeReportSchema } from '../../protocol/cascadeReport.ts';
import type { PipeReport } from '../../protocol/cascadeReport.ts';
import { regionIdSchema } from '../../protocol/network.ts';
import type { RegionId } from '../../protocol/network.ts';

/** `us-1` is a node of the region `us`. */
export const regionOfNode = (node: string): RegionId => regionIdSchema.parse(node.split('-')[0]);

/** A pull of Ann's camera, published at `us-1`, as `to` reports it. */
export function pullReport(from: string, to: string, more: Partial<PipeReport> = {}): PipeReport {
  return pipeReportSchema.parse({
    roomId: 'show',
    feedId: 'ann:camera',
    epoch: 1,
    source: 'camera',
    publisherId: 'ann',
    originNode: 'us-1',
    originRegion: 'us',
    from,
    fromRegion: regionOfNode(from),
    to,
    toRegion: regionOfNode(to),
    depth: 1,
    state: 'open',
    reason: { kind: 'gateway' },
    layers: { wanted: 2, carried: 2, ceiling: 2, top: 2 },
    bitrateBps: 2e6,
    lossRatio: 0,
    rttMs: 80,
    jitterMs: 1,
    openedAtMs: 1000,
    ...more,
  });
}
