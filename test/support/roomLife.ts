import assert from 'node:assert/strict';
import type { Result } from '../../protocol/errors.ts';
import type { ParticipantId } from '../../protocol/identity.ts';
import type { Actor, Command } from '../../server/rooms/commands.ts';
import { ownerOfFeed } from '../../protocol/identity.ts';
import type { RoomState } from '../../server/rooms/roomState.ts';
import { Random } from './random.ts';
import { randomCommand } from './roomCommands.ts';
import { RoomNetwork } from './roomNetwork.ts';
import type { RoomNode } from './roomNetwork.ts';
import { carl, cora, hanna, henry, mona, vera, victor } from './show.ts';

const people: readonly Actor[] = [hanna, henry, carl, cora, mona, vera, victor];

/** The life of one room at four nodes, over a bad wire, whose homes are lost now and then. */
export class RoomLife {
  readonly network: RoomNetwork;
  readonly #random: Random;
  readonly #where = new Map<ParticipantId, RoomNode>();
  /** Locks that a moderator was told are on, with the node that told him. */
  readonly #locked = new Map<string, { id: ParticipantId; source: 'microphone' | 'camera'; at: RoomNode }>();
  /** Locks that a command on its way may undo; where nobody knows whether it came, for good. */
  readonly #unsure = new Map<string, number>();
  readonly #pending: Promise<unknown>[] = [];

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.network = new RoomNetwork(seed, { hostGraceMs: 3_600_000, cohostGraceMs: 3_600_000 });
  }

  async play(steps: number): Promise<void> {
    for (const name of ['a', 'b', 'c', 'd']) await this.network.add(name);
    await this.network.answer(this.network.nodes[0]!.room.join(hanna));
    this.#where.set(hanna.id, this.network.nodes[0]!);
    for (let n = 0; n < steps; n += 1) {
      if (this.#random.chance(0.05))
        this.network.quality = { loss: this.#random.next() * 0.3, maxDelayMs: this.#random.int(400) };
      this.#act();
      if (this.#random.chance(0.015)) this.#loseHome();
      await this.network.pass(this.#random.int(10) * 20);
    }
    this.network.quality = { loss: 0, maxDelayMs: 0 };
    await this.network.pass(20_000);
    await Promise.all(this.#pending);
  }

  #alive(): RoomNode[] {
    return this.network.nodes.filter(({ alive }) => alive);
  }

  #loseHome(): void {
    const home = this.network.home();
    if (home === undefined || this.#alive().length < 3) return;
    this.network.kill(home);
    for (const [id, node] of this.#where) if (node === home) this.#where.delete(id);
    for (const [key, { at }] of this.#locked) if (at === home) this.#locked.delete(key);
  }

  #act(): void {
    const { state } = this.#random.pick(this.#alive()).room.known;
    const command = randomCommand(this.#random, people, state);
    if (command.type === 'tick') return;
    const subject =
      'by' in command ? command.by.id : 'id' in command ? command.id : ownerOfFeed(command.feedId);
    const node = this.#where.get(subject);
    if (command.type === 'join') {
      const at = node !== undefined && this.#random.chance(0.7) ? node : this.#random.pick(this.#alive());
      this.#run(at, command, () => this.#where.set(subject, at));
      return;
    }
    if (node === undefined) return;
    if (command.type === 'drop' || command.type === 'depart') {
      node.room[command.type](subject);
      this.#where.delete(subject);
      return;
    }
    this.#run(node, command, () => {
      this.#followLocks(command, node);
    });
  }

  #run(node: RoomNode, command: Command, then: () => void): void {
    const undone = command.type === 'allow' ? lockOf(command) : command.type === 'end' ? 'any' : undefined;
    if (undone !== undefined) this.#undo(undone);
    const running = Promise.resolve(
      command.type === 'join' ? node.room.join(command.by, command.start) : node.room.run(command),
    ).then((result: Result<undefined>) => {
      const known = result.ok || result.error.code !== 'home-away';
      if (undone !== undefined && known) this.#unsure.set(undone, (this.#unsure.get(undone) ?? 1) - 1);
      if (result.ok && node.alive) then();
    });
    this.#pending.push(running);
  }

  #undo(lock: string): void {
    this.#unsure.set(lock, (this.#unsure.get(lock) ?? 0) + 1);
    if (lock === 'any') this.#locked.clear();
    else this.#locked.delete(lock);
  }

  #followLocks(command: Command, at: RoomNode): void {
    if (command.type !== 'allow' || command.allowed) return;
    const { id, source } = command;
    const lock = lockOf(command);
    if (['any', lock].some((one) => (this.#unsure.get(one) ?? 0) > 0)) return;
    this.#locked.set(lock, { id, source, at });
  }

  /** Throws where the nodes that are left do not have one and the same room. */
  check(): void {
    const homes = this.#alive().filter(({ room }) => room.role === 'home');
    assert.equal(homes.length, 1, 'there is not one home');
    const { room } = homes[0]!;
    for (const { room: replica } of this.#alive()) {
      assert.deepEqual(replica.known.at, room.known.at, 'a replica is behind');
      assert.deepEqual(replica.known.state, room.known.state, 'a replica has another state');
      assert.deepEqual([...replica.known.state.remembered.keys()], [...room.known.state.remembered.keys()]);
      assert.deepEqual([...replica.known.state.epochs.keys()], [...room.known.state.epochs.keys()]);
      assert.deepEqual(replica.view(), room.view());
      assert.equal(replica.viewerCount(), room.viewerCount(), 'viewers are counted in two ways');
    }
    this.#checkShape(room.known.state);
    for (const { id, source } of this.#locked.values()) {
      const seated = room.known.state.stage.find((holder) => holder.id === id);
      const locked = seated?.intent.locked ?? room.known.state.remembered.get(id)?.locked;
      assert.equal(locked?.[source], true, `a lock of ${id} was lost`);
      assert.notEqual(seated?.intent[source], true, `${id} is not silent in spite of a lock`);
    }
  }

  #checkShape({ stage, status, requests, invitations }: RoomState): void {
    const seats = stage.map(({ seat }) => seat);
    assert.deepEqual(
      seats,
      [...new Set(seats)].sort((one, other) => one - other),
      'two people on one seat',
    );
    const placed = [...stage, ...requests, ...invitations].map(({ id }) => id);
    assert.deepEqual(placed, [...new Set(placed)], 'somebody is in two places');
    assert.equal(
      status === 'live',
      stage.some(({ role }) => role === 'host'),
      'live without a host',
    );
    for (const { id, presence } of stage) {
      const present = this.#alive().some(({ room }) => room.self(id) !== undefined);
      assert.ok(presence === 'away' || present, `${id} is connected nowhere, and not away`);
    }
  }
}

function lockOf({ id, source }: Command & { type: 'allow' }): string {
  return `${id} ${source}`;
}
