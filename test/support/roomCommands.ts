import type { FeedId } from '../../protocol/identity.ts';
import { sources } from '../../protocol/identity.ts';
import type { Actor, Command, Toggle } from '../../server/rooms/commands.ts';
import type { RoomState } from '../../server/rooms/roomState.ts';
import type { Random } from './random.ts';
import { carl, cora, feedOf, hanna, henry, mona, person, vera, victor } from './show.ts';

/** A small town, with people whose tokens claim too much or too little, and some who hold two different ones. */
export const townspeople: readonly Actor[] = [
  hanna,
  henry,
  carl,
  cora,
  person('chris', 'cohost'),
  mona,
  vera,
  victor,
  person('vic', 'viewer'),
  person('violet', 'viewer'),
  person('mallory', 'viewer', ['publish', 'request', 'chat']),
  person('mute', 'viewer', []),
  person('silent', 'cohost', ['chat']),
  person('carl', 'host'),
  person('hanna', 'viewer'),
];

/** So many viewers that queues run full. */
export const crowd: readonly Actor[] = [
  hanna,
  ...Array.from({ length: 90 }, (_, n) => person(`viewer-${n}`, 'viewer')),
];

const toggles: readonly Toggle[] = ['microphone', 'camera'];

type Make = (random: Random, people: readonly Actor[], state: RoomState) => Command;

/** Somebody on stage three times in four, so that commands about the stage find their target. */
function anybody(random: Random, people: readonly Actor[], state: RoomState): Actor {
  const seated = people.filter(({ id }) => state.stage.some((holder) => holder.id === id));
  return seated.length > 0 && random.chance(0.75) ? random.pick(seated) : random.pick(people);
}

function moderator(random: Random, people: readonly Actor[]): Actor {
  const moderators = people.filter(({ rights }) => rights.includes('moderate'));
  return random.chance(0.85) ? random.pick(moderators) : random.pick(people);
}

function maybe(random: Random): boolean | undefined {
  return random.chance(0.5) ? random.chance(0.5) : undefined;
}

function openFeedId(random: Random, people: readonly Actor[], state: RoomState): FeedId {
  const open = state.stage.flatMap(({ feeds }) => feeds.map(({ feedId }) => feedId));
  return open.length > 0 ? random.pick(open) : feedOf(random.pick(people), 'camera');
}

const makers: Record<Command['type'], { weight: number; make: Make }> = {
  join: {
    weight: 12,
    make: (random, people) => {
      const start = { microphone: random.chance(0.7), camera: random.chance(0.7) };
      return { type: 'join', by: random.pick(people), ...(random.chance(0.5) ? { start } : {}) };
    },
  },
  drop: { weight: 5, make: (...at) => ({ type: 'drop', id: anybody(...at).id }) },
  depart: { weight: 4, make: (...at) => ({ type: 'depart', id: anybody(...at).id }) },
  request: { weight: 8, make: (random, people) => ({ type: 'request', by: random.pick(people) }) },
  withdraw: { weight: 2, make: (random, people) => ({ type: 'withdraw', by: random.pick(people) }) },
  accept: {
    weight: 6,
    make: (random, people, { requests }) => ({
      type: 'accept',
      by: moderator(random, people),
      id: requests.length > 0 ? random.pick(requests).id : random.pick(people).id,
    }),
  },
  refuse: {
    weight: 2,
    make: (random, people) => ({ type: 'refuse', by: moderator(random, people), id: random.pick(people).id }),
  },
  invite: {
    weight: 6,
    make: (random, people) => {
      const { id, name } = random.pick(people);
      return { type: 'invite', by: moderator(random, people), id, name };
    },
  },
  uninvite: {
    weight: 1,
    make: (random, people) => ({
      type: 'uninvite',
      by: moderator(random, people),
      id: random.pick(people).id,
    }),
  },
  acceptInvitation: {
    weight: 6,
    make: (random, people) => ({ type: 'acceptInvitation', by: random.pick(people) }),
  },
  declineInvitation: {
    weight: 2,
    make: (random, people) => ({ type: 'declineInvitation', by: random.pick(people) }),
  },
  leaveStage: { weight: 3, make: (...at) => ({ type: 'leaveStage', by: anybody(...at) }) },
  removeFromStage: {
    weight: 2,
    make: (random, people, state) => ({
      type: 'removeFromStage',
      by: moderator(random, people),
      id: anybody(random, people, state).id,
    }),
  },
  setIntent: {
    weight: 12,
    make: (random, people, state) => {
      const by = anybody(random, people, state);
      const known = state.stage.find(({ id }) => id === by.id)?.intent.version ?? 0;
      const [microphone, camera] = [maybe(random), maybe(random)];
      return {
        type: 'setIntent',
        by,
        version: random.chance(0.85) ? known : random.int(30),
        ...(microphone === undefined ? {} : { microphone }),
        ...(camera === undefined ? {} : { camera }),
      };
    },
  },
  mute: {
    weight: 4,
    make: (random, people, state) => ({
      type: 'mute',
      by: moderator(random, people),
      id: anybody(random, people, state).id,
      source: random.pick(toggles),
    }),
  },
  allow: {
    weight: 5,
    make: (random, people, state) => ({
      type: 'allow',
      by: moderator(random, people),
      id: anybody(random, people, state).id,
      source: random.pick(toggles),
      allowed: random.chance(0.4),
    }),
  },
  kick: {
    weight: 1,
    make: (random, people) => ({ type: 'kick', by: moderator(random, people), id: random.pick(people).id }),
  },
  ban: {
    weight: 1,
    make: (random, people) => {
      const { id, name } = random.pick(people);
      return { type: 'ban', by: moderator(random, people), id, name };
    },
  },
  unban: {
    weight: 1,
    make: (random, people) => ({ type: 'unban', by: moderator(random, people), id: random.pick(people).id }),
  },
  chat: { weight: 3, make: (random, people) => ({ type: 'chat', by: random.pick(people), text: 'hello' }) },
  openFeed: {
    weight: 14,
    make: (random, people, state) => ({
      type: 'openFeed',
      id: anybody(random, people, state).id,
      source: random.pick(sources),
      ...(random.chance(0.1) && { anew: true }),
    }),
  },
  closeFeed: { weight: 4, make: (...at) => ({ type: 'closeFeed', feedId: openFeedId(...at) }) },
  mediaGone: { weight: 2, make: (...at) => ({ type: 'mediaGone', id: anybody(...at).id }) },
  end: { weight: 0.3, make: (random, people) => ({ type: 'end', by: random.pick(people) }) },
  tick: { weight: 8, make: () => ({ type: 'tick' }) },
};

const all = Object.values(makers);
const totalWeight = all.reduce((sum, { weight }) => sum + weight, 0);

/** The next thing that happens in a room, likely or not. */
export function randomCommand(random: Random, people: readonly Actor[], state: RoomState): Command {
  if (state.status === 'ended' && random.chance(0.3)) return { type: 'join', by: hanna };
  let left = random.next() * totalWeight;
  for (const { weight, make } of all) {
    left -= weight;
    if (left < 0) return make(random, people, state);
  }
  return { type: 'tick' };
}
