import { kindOf } from '../../client/operator.ts';
import type { FeedTree, PipeReport, RoomCascadeReport } from '../../client/operator.ts';
import { Icon } from '../controls/icons.tsx';
import type { IconName } from '../controls/icons.tsx';
import { compactCount } from '../state/clock.ts';
import {
  bitrateWords,
  layerStates,
  layerWords,
  lossWords,
  pipeSentence,
  reasonWords,
  rttWords,
} from './pipeWords.ts';
import { layoutTree } from './treeLayout.ts';
import type { TreeCard } from './treeLayout.ts';

type Nodes = RoomCascadeReport['nodes'];

const icons: Record<FeedTree['source'], IconName> = {
  camera: 'camera',
  microphone: 'microphone',
  screen: 'screen',
  'screen-audio': 'sound',
};

/** The way one feed takes, from its origin to every node that shows it. */
export function FeedTreeView({ feed, nodes }: { feed: FeedTree; nodes: Nodes }) {
  const { cards, columns, rows } = layoutTree(feed);
  const arriving = feed.pulls.filter(({ state }) => state === 'open');
  const troubled = feed.pulls.length - arriving.length;
  const crossings = feed.pulls.filter(({ fromRegion, toRegion }) => fromRegion !== toRegion).length;
  return (
    <details
      class="feed"
      open={kindOf(feed.source) === 'video'}
      data-testid="network-feed"
      data-feed-id={feed.feedId}
    >
      <summary>
        <Icon name={icons[feed.source]} size={20} />
        <span class="feed-name">
          <bdi>{feed.publisherId}</bdi> <small>{feed.source.replace('-', ' ')}</small>
        </span>
        <small class="feed-sum figures">
          {feed.pulls.length === 0
            ? 'stays at its node'
            : `${countWords(feed.pulls.length, 'pipe')}, ${countWords(crossings, 'crossing')}`}
          {troubled > 0 && <strong class="bad-words">, {troubled} not open</strong>}
        </small>
      </summary>
      <ol
        class="tree"
        data-lone={feed.pulls.length === 0}
        style={{ '--columns': String(columns), '--rows': String(rows) }}
      >
        {cards.map((card) => (
          <Card key={card.nodeId} card={card} feed={feed} nodes={nodes} />
        ))}
        {cards.map((card) => card.parentRow !== undefined && <Wire key={card.nodeId} card={card} />)}
      </ol>
    </details>
  );
}

function Card({ card, feed, nodes }: { card: TreeCard; feed: FeedTree; nodes: Nodes }) {
  const { nodeId, pull, column, row } = card;
  const node = nodes.find((each) => each.nodeId === nodeId);
  const isOrigin = column === 0;
  const region = pull?.toRegion ?? node?.region ?? (isOrigin ? feed.originRegion : undefined);
  return (
    <li
      class="tree-card"
      data-state={pull?.state ?? (isOrigin ? 'origin' : 'silent')}
      data-testid="network-pipe"
      data-node-id={nodeId}
      style={{ '--column': String(column), '--row': String(row) }}
    >
      <p class="tree-node">
        <strong>{nodeId}</strong>
        {region !== undefined && <span class="region-mark">{region}</span>}
        {node?.draining === true && <span class="mark-warn">draining</span>}
        {node !== undefined && (
          <small class="tree-viewers figures" title={viewerWords(node.viewers)}>
            <Icon name="eye" size={16} />
            {compactCount(node.viewers)}
            <span class="visually-hidden"> viewers</span>
          </small>
        )}
      </p>
      {pull !== undefined ? (
        <Pipe pull={pull} />
      ) : (
        <p class="tree-reason">
          {isOrigin
            ? `origin: ${feed.publisherId} publishes here`
            : 'did not answer, so the way to it is not known'}
        </p>
      )}
    </li>
  );
}

function Pipe({ pull }: { pull: PipeReport }) {
  const words = pull.error === undefined || pull.state === 'open' ? reasonWords(pull) : pull.error;
  return (
    <>
      <span class="visually-hidden">{pipeSentence(pull)}</span>
      <p class="tree-figures figures" aria-hidden="true" title={layerWords(pull)}>
        <LayerBars pull={pull} />
        {pull.state === 'open' ? (
          <>
            <span class="figure-bitrate">{bitrateWords(pull.bitrateBps)}</span>
            <span class="figure-rtt">{rttWords(pull.rttMs)}</span>
            <span class="figure-loss" data-bad={pull.lossRatio >= 0.02}>
              {lossWords(pull.lossRatio)}
              <span class="loss-word"> lost</span>
            </span>
          </>
        ) : (
          <span class="tree-state">{pull.state === 'opening' ? 'opening…' : 'trying again…'}</span>
        )}
      </p>
      <p class="tree-reason" title={words}>
        {words}
      </p>
    </>
  );
}

function LayerBars({ pull }: { pull: PipeReport }) {
  return (
    <span class="layer-bars">
      {layerStates(pull).map((state, layer) => (
        <i key={layer} data-state={state} style={{ '--layer': String(layer + 1) }} />
      ))}
    </span>
  );
}

const rowPx = 124;
const wireWidthPx = 48;
/** Where a wire meets a card, from its top. */
const joinPx = 24;

/** The line from a node to one that pulls from it; it runs while media does. */
function Wire({ card: { pull, column, row, parentRow = 0 } }: { card: TreeCard }) {
  const down = (row - parentRow) * rowPx;
  const middle = wireWidthPx / 2;
  const line = `M0 ${joinPx} C ${middle} ${joinPx}, ${middle} ${joinPx + down}, ${wireWidthPx} ${joinPx + down}`;
  const mbps = (pull?.bitrateBps ?? 0) / 1e6;
  return (
    <svg
      class="wire"
      data-state={pull?.state}
      data-crossing={pull?.fromRegion !== pull?.toRegion}
      aria-hidden="true"
      width={wireWidthPx}
      height={down + 2 * joinPx}
      style={{
        '--column': String(column),
        '--row': String(parentRow),
        '--width': String(1.5 + 2.5 * Math.min(1, Math.sqrt(mbps / 4))),
      }}
    >
      <path class="wire-line" d={line} />
      {pull?.state === 'open' && mbps > 0 && <path class="wire-flow" d={line} />}
    </svg>
  );
}

export function countWords(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

export function viewerWords(viewers: number): string {
  return countWords(viewers, 'viewer');
}
