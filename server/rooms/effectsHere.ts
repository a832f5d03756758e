import { ownerOfFeed } from '../../protocol/identity.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { Effect } from './commands.ts';
import type { RoomState } from './roomState.ts';
import { settle } from './transition.ts';

/** Whether this node carries an effect out: what happens to one person is for the node where he is. */
export function concerns(
  effect: Effect,
  self: NodeId | undefined,
  isHere: (id: ParticipantId) => boolean,
): boolean {
  switch (effect.type) {
    case 'roomChanged':
    case 'backstageChanged':
    case 'chat':
    case 'ended':
      return true;
    case 'selfChanged':
    case 'unseated':
    case 'dismiss':
      return isHere(effect.id);
    case 'replaced':
      return effect.at !== self && isHere(effect.id);
    case 'pauseFeed':
    case 'closeFeed':
      return isHere(ownerOfFeed(effect.feedId));
    default:
      return effect satisfies never;
  }
}

/**
 * What has to be done by a node that missed the steps from `before` to `after`. It cannot know who was kicked meanwhile;
 * all else can be seen in the two states.
 */
export function effectsBetween(before: RoomState, after: RoomState, nowMs: number): Effect[] {
  const effects = settle(before, after, []).effects;
  const heard = new Set(before.chat.map(({ id, sentAtMs }) => `${id} ${sentAtMs}`));
  for (const message of after.chat)
    if (!heard.has(`${message.id} ${message.sentAtMs}`)) effects.push({ type: 'chat', message });
  for (const id of after.bans.keys())
    if (!before.bans.has(id)) effects.push({ type: 'dismiss', id, reason: 'banned' });
  if (after.status === 'ended' && before.status !== 'ended')
    effects.push({ type: 'ended', durationMs: Math.max(0, nowMs - (after.startedAtMs ?? nowMs)) });
  return effects;
}

/** More changes than a home can have told others before it was lost, of which its successor knows nothing. */
const missedAtMost = 1000;

/** The state as the next home goes on with it: no client has seen a later version of it. */
export function asSuccessor(state: RoomState): RoomState {
  return {
    ...state,
    version: state.version + missedAtMost,
    backstageVersion: state.backstageVersion + missedAtMost,
  };
}
