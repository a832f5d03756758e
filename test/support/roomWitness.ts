import { feedIdOf } from '../../protocol/identity.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import { limits } from '../../protocol/limits.ts';
import type { MediaIntent, StageMember } from '../../protocol/roomView.ts';
import type { Actor, Command, Decision, RoomSettings } from '../../server/rooms/commands.ts';
import { nextDeadlineMs } from '../../server/rooms/grace.ts';
import { newRoom } from '../../server/rooms/roomState.ts';
import type { RoomState } from '../../server/rooms/roomState.ts';
import { backstageView, roomView, selfView } from '../../server/rooms/views.ts';
import { asRoomId } from './show.ts';

export type Decide = (state: RoomState, command: Command, nowMs: number) => Decision<RoomState>;

const unlocked = { microphone: false, camera: false };

function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** What a room shows to each audience, without the version, as text to compare. */
function shown(state: RoomState): { room: string; backstage: string } {
  return {
    room: JSON.stringify({ ...roomView(state), version: 0 }),
    backstage: JSON.stringify({ ...backstageView(state), version: 0 }),
  };
}

/**
 * Runs a room's rules and believes nothing: keeps its own account of seats, feeds and mutes, fed by commands and
 * effects alone, and throws where the state says otherwise.
 */
export class RoomWitness {
  state: RoomState;
  readonly #decide: Decide;
  readonly #people: readonly Actor[];
  #shown: { room: string; backstage: string };
  #selves: string[];
  readonly #seated = new Set<ParticipantId>();
  readonly #feeds = new Map<FeedId, { epoch: number; paused: boolean }>();
  readonly #lastEpochs = new Map<FeedId, number>();
  readonly #lastIntentVersions = new Map<ParticipantId, number>();
  readonly #locks = new Map<ParticipantId, MediaIntent['locked']>();
  readonly #hushed = new Map<ParticipantId, { microphone: boolean; camera: boolean }>();

  constructor(decide: Decide, settings: RoomSettings, people: readonly Actor[]) {
    this.#decide = decide;
    this.#people = people;
    this.state = newRoom(asRoomId('fuzz'), settings);
    this.#shown = shown(this.state);
    this.#selves = this.#selvesOf(this.state);
  }

  /** Runs one command; throws with a sentence when a rule of all rooms was broken. */
  run(command: Command, nowMs: number): void {
    const before = this.state;
    const decision = this.#decide(before, command, nowMs);
    const { state, effects, refused } = decision;
    if (refused !== undefined) {
      assert(state === before && effects.length === 0, 'a refused command changed something');
      return;
    }
    const hostComes = command.type === 'join' && command.by.role === 'host';
    assert(before.status !== 'ended' || hostComes, 'an ended show answered');
    this.state = state;
    if (before.status === 'ended') {
      this.#locks.clear();
      this.#hushed.clear();
    }
    this.#followModeration(command, before);
    this.#followEffects(decision);
    // Its owner goes on from another node: the media side here has nothing to close.
    if (command.type === 'openFeed' && command.anew === true)
      this.#feeds.delete(feedIdOf(command.id, command.source));
    this.#checkShape();
    this.#checkFeeds();
    this.#checkNewcomers(command, before);
    this.#checkReturn(command, before);
    this.#checkNews(before, decision);
    if (command.type === 'tick') {
      assert((nextDeadlineMs(state) ?? Infinity) > nowMs, 'something that ran out was left after a tick');
    }
  }

  #selvesOf(state: RoomState): string[] {
    return this.#people.map((actor) => {
      const { role, onStage, request, invitation } = selfView(state, actor);
      return `${role} ${onStage} ${request?.expiresAtMs} ${invitation?.expiresAtMs} ${invitation?.byName}`;
    });
  }

  /** Keeps account of what moderators turned off, as it should be remembered within one show. */
  #followModeration(command: Command, before: RoomState): void {
    if (command.type === 'allow') {
      const { id, source, allowed } = command;
      const locked = this.#locks.get(id) ?? unlocked;
      if (locked[source] === !allowed) return;
      this.#locks.set(id, { ...locked, [source]: !allowed });
      this.#hushed.set(id, { ...(this.#hushed.get(id) ?? unlocked), [source]: !allowed });
    }
    if (command.type === 'mute') {
      const { id, source } = command;
      const wasOn = before.stage.find((holder) => holder.id === id)?.intent[source] ?? false;
      if (wasOn) this.#hushed.set(id, { ...(this.#hushed.get(id) ?? unlocked), [source]: true });
    }
    if (command.type === 'setIntent') {
      const hushed = this.#hushed.get(command.by.id) ?? unlocked;
      this.#hushed.set(command.by.id, {
        microphone: hushed.microphone && command.microphone !== true,
        camera: hushed.camera && command.camera !== true,
      });
    }
  }

  #followEffects({ effects }: Decision<RoomState>): void {
    for (const effect of effects) {
      if (effect.type === 'closeFeed')
        assert(this.#feeds.delete(effect.feedId), 'a feed was closed that was not open');
      if (effect.type === 'unseated') {
        assert(this.#seated.delete(effect.id), 'somebody lost a seat he did not have');
        const left = [...this.#feeds.keys()].some((feedId) => feedId.startsWith(`${effect.id}:`));
        assert(!left, 'a seat was lost before its feeds were closed');
      }
      if (effect.type === 'pauseFeed') {
        const feed = this.#feeds.get(effect.feedId);
        assert(feed !== undefined, 'a feed was paused that was not open');
        assert(feed.paused !== effect.paused, 'a feed was paused or resumed twice');
        feed.paused = effect.paused;
      }
    }
  }

  #checkShape(): void {
    const { stage, settings, status, requests, invitations, bans, chat } = this.state;
    assert(stage.length <= settings.seats, 'more people on stage than seats');
    assert(new Set(stage.map(({ id }) => id)).size === stage.length, 'one person on two seats');
    stage.forEach(({ seat }, index) => {
      assert(seat >= 0 && seat < settings.seats, 'a seat that does not exist');
      assert(index === 0 || seat > stage[index - 1]!.seat, 'two people on one seat, or seats out of order');
    });
    const hosts = stage.filter(({ role }) => role === 'host').length;
    assert(hosts <= 1, 'two hosts');
    assert((status === 'live') === (hosts === 1), 'live without a host, or a host without being live');
    assert(
      status !== 'ended' || stage.length + requests.length + invitations.length === 0,
      'an ended show goes on',
    );
    for (const holder of stage) {
      assert(
        (holder.presence === 'away') === (holder.graceUntilMs !== undefined),
        'away without a grace, or the reverse',
      );
      this.#checkIntent(holder);
    }
    assert(requests.length <= limits.stageRequests, 'too many requests');
    assert(invitations.length <= limits.invitations, 'too many invitations');
    assert(bans.size <= limits.bans && chat.length <= limits.chatHistory, 'too many bans or too long a chat');
    const placed = [...stage, ...requests, ...invitations].map(({ id }) => id);
    assert(
      new Set(placed).size === placed.length,
      'somebody is on stage, asks and is invited more than once',
    );
  }

  #checkIntent({ id, intent }: Pick<StageMember, 'id'> & { intent: Readonly<MediaIntent> }): void {
    const { version, locked } = intent;
    assert(version >= (this.#lastIntentVersions.get(id) ?? 0), 'an intent went back to an earlier version');
    this.#lastIntentVersions.set(id, version);
    const expected = this.#locks.get(id) ?? unlocked;
    const hushed = this.#hushed.get(id) ?? unlocked;
    for (const source of ['microphone', 'camera'] as const) {
      assert(locked[source] === expected[source], 'a lock came or went by itself');
      assert(!(locked[source] && intent[source]), 'a locked source is on');
      assert(!(hushed[source] && intent[source]), 'somebody who was muted came back unmuted');
    }
  }

  /** The media side, which hears of effects only, must have the same feeds open and paused as the state. */
  #checkFeeds(): void {
    let open = 0;
    for (const { id, feeds, intent } of this.state.stage) {
      assert(new Set(feeds.map(({ source }) => source)).size === feeds.length, 'two feeds of one source');
      for (const { feedId, source, epoch } of feeds) {
        open += 1;
        assert(feedId === `${id}:${source}`, 'a feed under another name than its owner and source');
        const { microphone, camera, locked } = intent;
        const paused = {
          microphone: !microphone,
          camera: !camera,
          'screen-audio': locked.microphone,
          screen: locked.camera,
        }[source];
        const known = this.#feeds.get(feedId);
        if (known === undefined) {
          assert(epoch > (this.#lastEpochs.get(feedId) ?? 0), 'an epoch came again');
          this.#lastEpochs.set(feedId, epoch);
          assert(!(paused && source.startsWith('screen')), 'a locked source came as a shared screen');
          this.#feeds.set(feedId, { epoch, paused });
        } else {
          assert(known.epoch === epoch, 'a feed came anew without being closed');
          assert(known.paused === paused, 'the media side was not told to pause or resume');
        }
      }
    }
    assert(open === this.#feeds.size, 'a feed is open on the media side alone');
  }

  #checkNewcomers(command: Command, before: RoomState): void {
    for (const { id } of this.state.stage) {
      if (this.#seated.has(id)) continue;
      this.#seated.add(id);
      if (
        'by' in command &&
        command.by.id === id &&
        (command.type === 'join' || command.type === 'request')
      ) {
        const { by } = command;
        const byToken = (by.role === 'host' || by.role === 'cohost') && by.rights.includes('publish');
        const invited = command.type === 'request' && before.invitations.some((one) => one.id === id);
        assert(byToken || invited, 'somebody took a seat that nobody gave him');
      }
    }
    assert(this.#seated.size === this.state.stage.length, 'a seat was lost without a word');
  }

  #checkReturn(command: Command, before: RoomState): void {
    if (command.type !== 'join' || before.status === 'ended') return;
    const left = before.stage.find(({ id }) => id === command.by.id);
    const now = this.state.stage.find(({ id }) => id === command.by.id);
    if (left === undefined) return;
    assert(now?.presence === 'connected', 'a seat was not there to return to');
    assert(
      JSON.stringify(now.intent) === JSON.stringify(left.intent),
      'a return changed microphone or camera',
    );
  }

  /** Everybody who sees something else than before is told, and nobody else. */
  #checkNews(before: RoomState, { state, effects }: Decision<RoomState>): void {
    if (state === before) {
      assert(!effects.some(({ type }) => type.endsWith('Changed')), 'a change was told that did not happen');
      return;
    }
    const views = shown(state);
    const named = effects.map(({ type }) => type);
    const roomChanged = views.room !== this.#shown.room;
    const backstageChanged = views.backstage !== this.#shown.backstage;
    assert(
      state.version - before.version === Number(roomChanged),
      'the room version does not follow the view',
    );
    assert(
      named.includes('roomChanged') === roomChanged,
      'the room view changed untold, or was told unchanged',
    );
    assert(
      state.backstageVersion - before.backstageVersion === Number(backstageChanged),
      'the backstage version is off',
    );
    assert(
      named.includes('backstageChanged') === backstageChanged,
      'backstage changed untold, or was told unchanged',
    );
    this.#shown = views;
    const selves = this.#selvesOf(state);
    const told = new Set(effects.flatMap((effect) => (effect.type === 'selfChanged' ? [effect.id] : [])));
    if (state.status !== 'ended') {
      selves.forEach((self, index) => {
        const { id } = this.#people[index]!;
        assert(
          (self !== this.#selves[index]) === told.has(id),
          'somebody changed untold, or was told unchanged',
        );
      });
    }
    this.#selves = selves;
  }
}
