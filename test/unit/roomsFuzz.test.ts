import { describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { Actor, Command, Effect, RoomSettings } from '../../server/rooms/commands.ts';
import { decide } from '../../server/rooms/decide.ts';
import type { RoomState, SeatHolder } from '../../server/rooms/roomState.ts';
import { Random } from '../support/random.ts';
import { crowd, randomCommand, townspeople } from '../support/roomCommands.ts';
import { RoomWitness } from '../support/roomWitness.ts';
import type { Decide } from '../support/roomWitness.ts';
import { hanna, roomSettings } from '../support/show.ts';

const firstSeed = process.env.FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.FUZZ_SEED);

/** A crowd whose requests and invitations pile up before a full stage. */
const crowded = {
  sequences: 10,
  commands: 2000,
  people: crowd,
  settings: { seats: 1, requestTtlMs: 86_400_000, invitationTtlMs: 86_400_000, hostGraceMs: 86_400_000 },
};

interface Fuzz {
  sequences: number;
  commands: number;
  people: readonly Actor[];
  settings?: Partial<RoomSettings>;
  rules?: Decide;
}

/** Plays one room's life; a broken invariant is told with the seed that repeats it and the last commands. */
function play(seed: number, { commands, people, settings = {}, rules = decide }: Fuzz): RoomState {
  const random = new Random(seed);
  const witness = new RoomWitness(rules, { ...roomSettings, seats: 1 + random.int(4), ...settings }, people);
  const played: Command[] = [];
  let nowMs = 1_000_000;
  try {
    for (let n = 0; n < commands; n += 1) {
      if (random.chance(0.4)) nowMs += random.int(random.chance(0.1) ? 70_000 : 5000);
      const command =
        n === 0 ? ({ type: 'join', by: hanna } as const) : randomCommand(random, people, witness.state);
      played.push(command);
      witness.run(command, nowMs);
    }
  } catch (error) {
    const story = played.slice(-6).map((command) => JSON.stringify(command));
    const broken = error instanceof Error ? error.message : String(error);
    throw new Error(`${broken}; repeat with FUZZ_SEED=${seed}\n${story.join('\n')}`, { cause: error });
  }
  return witness.state;
}

function playMany(fuzz: Fuzz, seed = firstSeed): void {
  for (let n = 0; n < fuzz.sequences; n += 1) play(seed + n, fuzz);
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}

describe('whatever happens in a room', () => {
  test('every rule of all rooms holds, over thousands of lives', () => {
    playMany({ sequences: 5000, commands: 60, people: townspeople });
  });

  test('it holds in a crowd that fills the queues', () => {
    playMany(crowded);
  });

  test('no state is ever changed in place', () => {
    const rules: Decide = (state, command, nowMs) => decide(frozen(state), frozen(command), nowMs);
    playMany({ sequences: 200, commands: 60, people: townspeople, rules });
  });

  test('every refusal and every effect of the rules comes up', () => {
    const met = new Set<string>();
    const rules: Decide = (state, command, nowMs) => {
      const decision = decide(state, command, nowMs);
      if (decision.refused !== undefined) met.add(decision.refused);
      for (const { type } of decision.effects) met.add(type);
      return decision;
    };
    playMany({ sequences: 300, commands: 60, people: townspeople, rules }, 1);
    playMany({ ...crowded, rules }, 1);
    const expected: (ErrorCode | Effect['type'])[] = [
      ...([
        'already-on-stage',
        'banned',
        'feed-exists',
        'host-present',
        'muted-by-host',
        'no-invitation',
      ] as const),
      ...([
        'no-request',
        'no-such-feed',
        'no-such-participant',
        'not-allowed',
        'not-on-stage',
        'queue-full',
      ] as const),
      ...(['room-ended', 'stage-full', 'stale-intent'] as const),
      ...(['backstageChanged', 'chat', 'closeFeed', 'dismiss', 'ended', 'pauseFeed', 'roomChanged'] as const),
      ...(['selfChanged', 'unseated'] as const),
    ];
    expect([...met].sort()).toEqual([...expected].sort());
  });

  test('the same seed plays the same life', () => {
    const fuzz = { sequences: 1, commands: 200, people: townspeople };
    expect(play(7, fuzz)).toEqual(play(7, fuzz));
  });
});

/** Rules with one thing wrong in the effects. */
function wrongEffects(change: (effects: Effect[]) => Effect[]): Decide {
  return (state, command, nowMs) => {
    const decision = decide(state, command, nowMs);
    return { ...decision, effects: change(decision.effects) };
  };
}

/** Rules with one thing wrong in the state after a command that was done. */
function wrongState(change: (after: RoomState, command: Command, before: RoomState) => RoomState): Decide {
  return (state, command, nowMs) => {
    const decision = decide(state, command, nowMs);
    return decision.refused === undefined
      ? { ...decision, state: change(decision.state, command, state) }
      : decision;
  };
}

function wrongHolders(
  change: (holder: SeatHolder, before: RoomState) => SeatHolder,
  of: Command['type'],
): Decide {
  return wrongState((after, command, before) =>
    command.type === of ? { ...after, stage: after.stage.map((holder) => change(holder, before)) } : after,
  );
}

const withoutType = (type: Effect['type']) =>
  wrongEffects((effects) => effects.filter((effect) => effect.type !== type));

describe('the fuzzer notices rules that', () => {
  test.each<[string, RegExp, Decide]>([
    ['forget to close a feed', /seat was lost before|media side alone/, withoutType('closeFeed')],
    [
      'close a feed twice',
      /not open/,
      wrongEffects((effects) =>
        effects.flatMap((effect): Effect[] => (effect.type === 'closeFeed' ? [effect, effect] : [effect])),
      ),
    ],
    ['forget to pause a feed', /not told to pause/, withoutType('pauseFeed')],
    [
      'forget that a lock holds back a shared screen',
      /not told to pause/,
      wrongEffects((effects) =>
        effects.filter((effect) => !(effect.type === 'pauseFeed' && effect.feedId.includes(':screen'))),
      ),
    ],
    [
      'let a locked camera come as a screen',
      /came as a shared screen/,
      (state, command, nowMs) => {
        if (command.type !== 'openFeed') return decide(state, command, nowMs);
        const holders = new Map(state.stage.map((holder) => [holder.id, holder]));
        const locked = { microphone: false, camera: false };
        const stage = state.stage.map((holder) => ({ ...holder, intent: { ...holder.intent, locked } }));
        const decision = decide({ ...state, stage }, command, nowMs);
        if (decision.refused !== undefined) return { ...decision, state };
        const after = decision.state.stage.map((holder) => ({
          ...holder,
          intent: holders.get(holder.id)?.intent ?? holder.intent,
        }));
        return { ...decision, state: { ...decision.state, stage: after } };
      },
    ],
    ['take a seat without a word', /lost without a word/, withoutType('unseated')],
    ['forget to tell the room', /untold/, withoutType('roomChanged')],
    ['forget to tell backstage', /untold/, withoutType('backstageChanged')],
    ['forget to tell whom it concerns', /untold/, withoutType('selfChanged')],
    [
      'count versions up for nothing',
      /room version/,
      wrongState((after, { type }) => (type === 'chat' ? { ...after, version: after.version + 1 } : after)),
    ],
    [
      'change the state in refusing',
      /refused command/,
      (state, command, nowMs) => {
        const decision = decide(state, command, nowMs);
        return decision.refused === undefined ? decision : { ...decision, state: { ...state } };
      },
    ],
    [
      'let people return unmuted',
      /return changed|locked source|unmuted/,
      wrongState((after, command, before) => {
        const returns = command.type === 'join' && before.stage.some(({ id }) => id === command.by.id);
        if (!returns) return after;
        const unmuted = (holder: SeatHolder) => ({
          ...holder,
          intent: { ...holder.intent, microphone: true },
        });
        return {
          ...after,
          stage: after.stage.map((holder) => (holder.id === command.by.id ? unmuted(holder) : holder)),
        };
      }),
    ],
    [
      'use an epoch again',
      /epoch came again/,
      wrongState((after, { type }) =>
        type === 'closeFeed' ? { ...after, epochs: new Map(), epochFloor: 0 } : after,
      ),
    ],
    [
      'give one seat twice',
      /two people on one seat/,
      wrongHolders((holder) => ({ ...holder, seat: Math.min(holder.seat, 1) }), 'accept'),
    ],
    [
      'give more seats than there are',
      /more people on stage|does not exist/,
      (state, command, nowMs) => {
        const { settings } = state;
        const decision = decide(
          { ...state, settings: { ...settings, seats: settings.seats + 1 } },
          command,
          nowMs,
        );
        if (decision.refused !== undefined) return { ...decision, state };
        return { ...decision, state: { ...decision.state, settings } };
      },
    ],
    [
      'let a viewer publish by his own word',
      /nobody gave him/,
      (state, command, nowMs) => {
        const lenient = command.type === 'join' && command.by.rights.includes('publish');
        return decide(
          state,
          lenient ? { ...command, by: { ...command.by, role: 'cohost' } } : command,
          nowMs,
        );
      },
    ],
    [
      'keep the queue of somebody who is on stage',
      /asks and is invited/,
      wrongState((after, { type }, before) =>
        type === 'accept' ? { ...after, requests: before.requests } : after,
      ),
    ],
  ])('%s', (_what, message, rules) => {
    expect(() => playMany({ sequences: 300, commands: 60, people: townspeople, rules }, 1)).toThrow(message);
  });

  test('and names the seed that repeats it', () => {
    const fuzz = { sequences: 300, commands: 60, people: townspeople, rules: withoutType('closeFeed') };
    expect(() => playMany(fuzz, 1)).toThrow(/FUZZ_SEED=\d+/);
  });
});
