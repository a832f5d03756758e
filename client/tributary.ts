import { canWatch } from './browserSupport.ts';
import { Room } from './room.ts';
import { TributaryError } from './tributaryError.ts';
import type { ConnectOptions, TributaryRoom } from './types.ts';

/** Enters a room. Rejects with a `TributaryError`, or with whatever the app's own token function threw. */
export async function connect(options: ConnectOptions): Promise<TributaryRoom> {
  if (!canWatch()) throw new TributaryError('unsupported-browser');
  return Room.enter(options);
}

export { canChooseSpeaker, supportProblem } from './browserSupport.ts';
export { listDevices, openDevice, watchDevices } from './devices.ts';
export type { Device, Devices } from './devices.ts';
export { measureRegions } from './edgeRoute.ts';
export type { RegionDistance } from './edgeRoute.ts';
export { prepare } from './prepare.ts';
export { trackLevel } from './trackLevel.ts';
export { TributaryError, clientErrors } from './tributaryError.ts';
export type { ClientErrorCode } from './tributaryError.ts';
export type * from './types.ts';

export { errors } from '../protocol/errors.ts';
export type { ErrorCode } from '../protocol/errors.ts';
export type { FeedId, ParticipantId, RoomId } from '../protocol/identity.ts';
export { limits } from '../protocol/limits.ts';
export type { QualityLevel } from '../protocol/qualityLevel.ts';
export { reactionKinds } from '../protocol/reactions.ts';
export type { ReactionKind } from '../protocol/reactions.ts';
export type { Right, Role } from '../protocol/roles.ts';
export type {
  AudienceEntry,
  BackstageView,
  ChatMessage,
  FeedView,
  MediaIntent,
  RoomStatus,
  RoomView,
  SelfView,
  StageInvitation,
  StageMember,
  StageRequest,
} from '../protocol/roomView.ts';
export type { LeaveReason } from '../protocol/serverMessages.ts';
export type { MediaKind, Source } from '../protocol/sources.ts';
