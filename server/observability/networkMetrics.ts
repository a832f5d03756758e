import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { LinkReport, NodeCascadeReport } from '../../protocol/cascadeReport.ts';
import { kindOf } from '../../protocol/identity.ts';
import type { NodeRecord } from '../../protocol/network.ts';
import type { CascadeMeasured } from '../cascade/cascadePorts.ts';

const prefix = 'tributary_';

/** The network as this node has it, read at each scrape. */
export interface NetworkMetricSources {
  members(): readonly NodeRecord[];
  /** Since when the memory that the nodes share has not answered is more than it should be. */
  storeAway(): boolean;
  links(): readonly LinkReport[];
  cascade(): NodeCascadeReport;
}

export interface NetworkMetrics extends CascadeMeasured {
  /** This node became the home of a room whose home was lost. */
  homeTakenOver: () => void;
}

/** Adds what one node measures of its part of the network; a peer that left takes its labels with it. */
export function addNetworkMetrics(sources: NetworkMetricSources, registers: Registry[]): NetworkMetrics {
  addLinkGauges(sources, registers);
  addPipeGauges(sources, registers);
  new Gauge({
    name: `${prefix}members`,
    help: 'Nodes of the network as this one knows them, itself included, by region.',
    labelNames: ['region'],
    registers,
    collect() {
      this.reset();
      for (const { region } of sources.members()) this.inc({ region });
    },
  });
  new Gauge({
    name: `${prefix}store_away`,
    help: '1 while the memory that the nodes share cannot be reached.',
    registers,
    collect() {
      this.set(Number(sources.storeAway()));
    },
  });
  const pulls = new Counter({
    name: `${prefix}pulls_total`,
    help: 'Pulls of feeds from other nodes by result; lost ones had been open.',
    labelNames: ['result'],
    registers,
  });
  const reparentings = new Counter({
    name: `${prefix}reparentings_total`,
    help: 'Feeds that were taken from another upstream than before.',
    registers,
  });
  const takeovers = new Counter({
    name: `${prefix}home_takeovers_total`,
    help: 'Rooms this node became the home of since their home was lost.',
    registers,
  });
  return {
    pulled: (result) => pulls.inc({ result }),
    reparented: () => reparentings.inc(),
    homeTakenOver: () => takeovers.inc(),
  };
}

function addLinkGauges(sources: NetworkMetricSources, registers: Registry[]): void {
  const labelNames = ['peer', 'region'] as const;
  new Gauge({
    name: `${prefix}link_up`,
    help: '1 where the link to another node is open; 0 where it is wanted and is not.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { to: peer, toRegion: region, state } of sources.links())
        if (state !== 'idle') this.set({ peer, region }, Number(state === 'up'));
    },
  });
  new Gauge({
    name: `${prefix}link_rtt_seconds`,
    help: 'Round trip of the link to another node, smoothed.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { to: peer, toRegion: region, rttMs } of sources.links())
        if (rttMs !== null) this.set({ peer, region }, rttMs / 1000);
    },
  });
  new Gauge({
    name: `${prefix}link_loss_ratio`,
    help: 'Share of the media packets from another node that were lost on their first way, 0 to 1.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { to: peer, toRegion: region, lossRatio } of sources.links())
        if (lossRatio !== null) this.set({ peer, region }, lossRatio);
    },
  });
}

function addPipeGauges(sources: NetworkMetricSources, registers: Registry[]): void {
  new Gauge({
    name: `${prefix}pipes`,
    help: 'Feeds that come from other nodes, by kind and state.',
    labelNames: ['kind', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { source, state } of sources.cascade().pulls) this.inc({ kind: kindOf(source), state });
    },
  });
  new Gauge({
    name: `${prefix}pipes_out`,
    help: 'Pipes to other nodes that carry what was published here, by kind.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const { source, pipes } of sources.cascade().origins) this.inc({ kind: kindOf(source) }, pipes);
    },
  });
  new Gauge({
    name: `${prefix}pipe_bytes_per_second`,
    help: 'Media that comes from another node.',
    labelNames: ['peer', 'region'],
    registers,
    collect() {
      this.reset();
      for (const { from: peer, fromRegion: region, bitrateBps } of sources.cascade().pulls)
        this.inc({ peer, region }, bitrateBps / 8);
    },
  });
  new Gauge({
    name: `${prefix}layers_shed`,
    help: 'Layers of feeds that somebody wants and the way to here does not take now, by upstream.',
    labelNames: ['peer', 'region'],
    registers,
    collect() {
      this.reset();
      for (const { from: peer, fromRegion: region, layers } of sources.cascade().pulls) {
        const shed = Math.max(0, (layers.wanted ?? 0) - layers.ceiling);
        if (shed > 0) this.inc({ peer, region }, shed);
      }
    },
  });
}
