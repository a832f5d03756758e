import { chat } from './chat.ts';
import type { Command, Decision } from './commands.ts';
import { closeFeed, mediaGone, openFeed } from './feeds.ts';
import { depart, drop, tick } from './grace.ts';
import { allow, mute, setIntent } from './mediaIntent.ts';
import { ban, kick, unban } from './moderation.ts';
import { newShow } from './roomState.ts';
import type { RoomState, Step } from './roomState.ts';
import { hostsByToken, join, leaveStage, removeFromStage } from './seats.ts';
import { end } from './showEnd.ts';
import { acceptInvitation, declineInvitation, invite, uninvite } from './stageInvitations.ts';
import { accept, refuseRequest, request, withdraw } from './stageRequests.ts';
import { settle } from './transition.ts';

/** The whole of a room's rules: what `command` makes of `state` at `nowMs`, and what has to be done about it. */
export function decide(state: RoomState, command: Command, nowMs: number): Decision<RoomState> {
  const step = state.status === 'ended' ? afterEnd(state, command, nowMs) : during(state, command, nowMs);
  if (typeof step === 'string') return { state, effects: [], refused: step };
  return 'effects' in step ? settle(state, step.state, step.effects) : settle(state, step, []);
}

/** An ended show answers nobody; a host who comes begins the next one. */
function afterEnd(state: RoomState, command: Command, nowMs: number): Step {
  if (command.type !== 'join' || !hostsByToken(command.by)) return 'room-ended';
  return join(newShow(state), command.by, nowMs, command.start);
}

function during(state: RoomState, command: Command, nowMs: number): Step {
  switch (command.type) {
    case 'join':
      return join(state, command.by, nowMs, command.start);
    case 'drop':
      return drop(state, command.id, nowMs);
    case 'depart':
      return depart(state, command.id, nowMs);
    case 'request':
      return request(state, command.by, nowMs);
    case 'withdraw':
      return withdraw(state, command.by);
    case 'accept':
      return accept(state, command.by, command.id, nowMs);
    case 'refuse':
      return refuseRequest(state, command.by, command.id);
    case 'invite':
      return invite(state, command.by, command, nowMs);
    case 'uninvite':
      return uninvite(state, command.by, command.id);
    case 'acceptInvitation':
      return acceptInvitation(state, command.by, nowMs);
    case 'declineInvitation':
      return declineInvitation(state, command.by);
    case 'leaveStage':
      return leaveStage(state, command.by);
    case 'removeFromStage':
      return removeFromStage(state, command.by, command.id);
    case 'setIntent':
      return setIntent(state, command.by, command);
    case 'mute':
      return mute(state, command.by, command.id, command.source);
    case 'allow':
      return allow(state, command.by, command.id, command.source, command.allowed);
    case 'kick':
      return kick(state, command.by, command.id);
    case 'ban':
      return ban(state, command.by, command);
    case 'unban':
      return unban(state, command.by, command.id);
    case 'chat':
      return chat(state, command.by, command.text, nowMs);
    case 'openFeed':
      return openFeed(state, command);
    case 'closeFeed':
      return closeFeed(state, command.feedId);
    case 'mediaGone':
      return mediaGone(state, command.id);
    case 'end':
      return end(state, command.by, nowMs);
    case 'tick':
      return tick(state, nowMs);
    default:
      return command satisfies never;
  }
}
