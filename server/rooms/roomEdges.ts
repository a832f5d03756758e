import type { ParticipantId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { Actor } from './commands.ts';

/** Somebody as his edge has him. */
export interface PresentPerson {
  actor: Actor;
  connected: boolean;
}

/** What a room has to know of those of its people who are at other nodes. */
export interface Elsewhere {
  readonly self: NodeId;
  /** Not on stage. */
  readonly viewers: number;
  readonly occupied: boolean;
  has(id: ParticipantId): boolean;
  connected(id: ParticipantId): boolean;
}

interface Edge {
  viewers: number;
  readonly people: Map<ParticipantId, PresentPerson & { turn: number }>;
  lastTurn: number;
  heardMs: number;
  /** Since when there is no way to it. */
  cutMs?: number;
  /** Of its last commands, so that one that comes twice is done once. */
  readonly answers: Map<number, unknown>;
}

const mostAnswers = 256;

/** What a home knows of its edges: how many viewers each has, and which people with a seat or a claim to one. */
export class RoomEdges implements Elsewhere {
  readonly self: NodeId;
  readonly #edges = new Map<NodeId, Edge>();

  constructor(self: NodeId) {
    this.self = self;
  }

  get size(): number {
    return this.#edges.size;
  }

  get viewers(): number {
    let sum = 0;
    for (const { viewers } of this.#edges.values()) sum += viewers;
    return sum;
  }

  get occupied(): boolean {
    for (const { viewers, people } of this.#edges.values()) if (viewers + people.size > 0) return true;
    return false;
  }

  nodes(): NodeId[] {
    return [...this.#edges.keys()];
  }

  knows(nodeId: NodeId): boolean {
    return this.#edges.has(nodeId);
  }

  viewersAt(nodeId: NodeId): number {
    return this.#edges.get(nodeId)?.viewers ?? 0;
  }

  /** Notes that an edge spoke; false where it said something later already. */
  heard(nodeId: NodeId, turn: number, nowMs: number): boolean {
    const edge = this.#edges.get(nodeId) ?? {
      viewers: 0,
      people: new Map<ParticipantId, PresentPerson & { turn: number }>(),
      lastTurn: 0,
      heardMs: nowMs,
      answers: new Map<number, unknown>(),
    };
    this.#edges.set(nodeId, edge);
    edge.heardMs = nowMs;
    delete edge.cutMs;
    if (turn < edge.lastTurn) return false;
    edge.lastTurn = turn;
    return true;
  }

  lastTurn(nodeId: NodeId): number {
    return this.#edges.get(nodeId)?.lastTurn ?? 0;
  }

  setViewers(nodeId: NodeId, viewers: number): void {
    const edge = this.#edges.get(nodeId);
    if (edge !== undefined) edge.viewers = viewers;
  }

  has(id: ParticipantId): boolean {
    return this.edgeOf(id) !== undefined;
  }

  connected(id: ParticipantId): boolean {
    return this.person(id)?.connected ?? false;
  }

  edgeOf(id: ParticipantId): NodeId | undefined {
    for (const [nodeId, { people }] of this.#edges) if (people.has(id)) return nodeId;
    return undefined;
  }

  person(id: ParticipantId): PresentPerson | undefined {
    for (const { people } of this.#edges.values()) {
      const person = people.get(id);
      if (person !== undefined) return person;
    }
    return undefined;
  }

  peopleAt(nodeId: NodeId): PresentPerson[] {
    return [...(this.#edges.get(nodeId)?.people.values() ?? [])];
  }

  /** He is at this edge, and at no other any more. */
  place(nodeId: NodeId, person: PresentPerson, turn: number): void {
    const before = this.edgeOf(person.actor.id);
    if (before !== undefined && before !== nodeId) this.takeOut(person.actor.id);
    this.#edges.get(nodeId)?.people.set(person.actor.id, { ...person, turn });
  }

  /** Whether this edge has him, by nothing later than this turn. */
  isAt(nodeId: NodeId, id: ParticipantId, turn: number): boolean {
    const person = this.#edges.get(nodeId)?.people.get(id);
    return person !== undefined && person.turn <= turn;
  }

  disconnect(id: ParticipantId): void {
    const person = this.person(id);
    if (person !== undefined) person.connected = false;
  }

  takeOut(id: ParticipantId): boolean {
    let found = false;
    for (const { people } of this.#edges.values()) found = people.delete(id) || found;
    return found;
  }

  remove(nodeId: NodeId): PresentPerson[] {
    const people = this.peopleAt(nodeId);
    this.#edges.delete(nodeId);
    return people;
  }

  /** The way to it is broken, until it speaks again. */
  cut(nodeId: NodeId, nowMs: number): void {
    const edge = this.#edges.get(nodeId);
    if (edge !== undefined) edge.cutMs ??= nowMs;
  }

  someCutSince(sinceMs: number): boolean {
    return [...this.#edges.values()].some(({ cutMs }) => cutMs !== undefined && cutMs <= sinceMs);
  }

  silentSince(sinceMs: number): NodeId[] {
    return [...this.#edges].filter(([, { heardMs }]) => heardMs < sinceMs).map(([nodeId]) => nodeId);
  }

  answer(nodeId: NodeId, turn: number): unknown {
    return this.#edges.get(nodeId)?.answers.get(turn);
  }

  keepAnswer(nodeId: NodeId, turn: number, answer: unknown): void {
    const answers = this.#edges.get(nodeId)?.answers;
    if (answers === undefined) return;
    answers.set(turn, answer);
    const [oldest] = answers.keys();
    if (answers.size > mostAnswers && oldest !== undefined) answers.delete(oldest);
  }
}
