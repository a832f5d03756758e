import type { NetworkReport, NodeId, NodeRecord, RegionId } from '../../client/operator.ts';
import { Button } from '../controls/button.tsx';
import { compactCount, useSeconds } from '../state/clock.ts';
import { ask } from '../state/notices.ts';
import { countWords } from './feedTree.tsx';
import { regionWays } from './regionWays.ts';
import { agoWords, rttWords } from './pipeWords.ts';

interface RegionGridProps {
  network: NetworkReport;
  onDrain: (nodeId: NodeId, draining: boolean) => void;
}

/** The regions side by side, each with its nodes and the round trips to the others. */
export function RegionGrid({ network, onDrain }: RegionGridProps) {
  return (
    <section class="regions" aria-label="Regions">
      {network.regions.map((region) => (
        <Region key={region} region={region} network={network} onDrain={onDrain} />
      ))}
      {network.strangers.length > 0 && (
        <article class="region" data-testid="network-strangers">
          <header>
            <h2>Another version</h2>
          </header>
          <ul>
            {network.strangers.map(({ nodeId, protocolVersion }) => (
              <li key={nodeId} class="node" data-state="stranger">
                <p class="node-head">
                  <strong>{nodeId}</strong>
                  <span class="mark-warn">version {protocolVersion ?? 'unknown'}</span>
                </p>
                <p class="node-note">This node cannot talk to it; upgrade one of the two.</p>
              </li>
            ))}
          </ul>
        </article>
      )}
    </section>
  );
}

function Region({ region, network, onDrain }: RegionGridProps & { region: RegionId }) {
  const nodes = network.nodes.filter((node) => node.region === region);
  const sum = (of: (node: NodeRecord) => number): number =>
    nodes.reduce((total, node) => total + of(node), 0);
  return (
    <article
      class="region"
      aria-labelledby={`region-${region}`}
      data-testid="network-region"
      data-region={region}
    >
      <header>
        <h2 id={`region-${region}`}>{region}</h2>
        <p class="region-sum figures">
          {countWords(nodes.length, 'node')} · {compactCount(sum(({ viewers }) => viewers))} of{' '}
          {compactCount(sum(({ capacity }) => capacity))} viewers
        </p>
      </header>
      <ul class="ways figures" aria-label={`Round trips from ${region}`}>
        {regionWays(network, region).map(({ to, rttMs }) => (
          <li key={to}>
            to {to} <strong>{rttWords(rttMs)}</strong>
          </li>
        ))}
      </ul>
      <ul>
        {nodes.map((node) => (
          <Node key={node.nodeId} node={node} network={network} onDrain={onDrain} />
        ))}
      </ul>
    </article>
  );
}

function Node({ node, network, onDrain }: RegionGridProps & { node: NodeRecord }) {
  const { nodeId, load, viewers, capacity, draining, protocolVersion, startedAtMs } = node;
  const nowMs = useSeconds();
  const isSilent = network.silent.includes(nodeId);
  const isAsked = nodeId === network.self;
  const own = network.links.find(({ from, to }) => from === network.self && to === nodeId);
  const cut = network.links
    .filter(({ from, state }) => from === nodeId && state === 'down')
    .map(({ to }) => to);
  return (
    <li
      class="node"
      data-state={isSilent ? 'silent' : draining ? 'draining' : 'well'}
      data-testid="network-node"
      data-node-id={nodeId}
    >
      <p class="node-head">
        <strong title={node.publicUrl}>{nodeId}</strong>
        {isSilent && <span class="mark-bad">silent</span>}
        {draining && <span class="mark-warn">draining</span>}
        <span class="node-drain">
          <Button
            testId={draining ? 'network-undrain' : 'network-drain'}
            look="quiet"
            onClick={() => askAbout(node, onDrain)}
          >
            {draining ? 'Undrain' : 'Drain'}
            <span class="visually-hidden"> {nodeId}</span>
          </Button>
        </span>
      </p>
      <div
        class="load"
        role="meter"
        aria-label={`Load of ${nodeId}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(load * 100)}
        data-high={load >= 0.85}
        style={{ '--load': String(load) }}
      >
        <i />
      </div>
      <p class="node-figures figures">
        <span>{Math.round(load * 100)} % load</span>
        <span>
          {compactCount(viewers)} / {compactCount(capacity)} viewers
        </span>
        <span title={`Round trip from ${network.self}, which this page asks`}>
          {isAsked ? 'here' : rttWords(own?.rttMs ?? null)}
        </span>
      </p>
      <p class="node-note figures">
        version {protocolVersion}, up {agoWords(nowMs - startedAtMs)}
        {isSilent && <strong class="bad-words">, no answer within a second</strong>}
        {cut.length > 0 && <strong class="bad-words">, no link to {cut.join(', ')}</strong>}
      </p>
    </li>
  );
}

function askAbout({ nodeId, viewers, draining }: NodeRecord, onDrain: RegionGridProps['onDrain']): void {
  ask(
    draining
      ? {
          title: `Let people onto ${nodeId} again?`,
          body: 'Those who come from now on may be sent to it. Nobody moves back by himself.',
          yes: 'Undrain',
          testId: 'confirm-undrain',
          act: () => onDrain(nodeId, false),
        }
      : {
          title: `Drain ${nodeId}?`,
          body: `It takes nobody new, and its ${countWords(viewers, 'viewer')} move to other nodes over the next moments.`,
          yes: 'Drain',
          testId: 'confirm-drain',
          act: () => onDrain(nodeId, true),
        },
  );
}
