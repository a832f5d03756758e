import { probePath } from '../protocol/edgePaths.ts';
import type { Edge, EdgeList } from '../protocol/edges.ts';
import { bestEdge, edgesToTry, isNearEnough } from './edgeChoice.ts';
import type { KnownEdge } from './edgeChoice.ts';
import { answers, askForEdges, probeEdges } from './edgeProbe.ts';
import { originOf } from './preparation.ts';
import type { EdgeFigures } from './types.ts';

/** A page that comes again so soon finds the network as it was. */
const choiceKeptMs = 60_000;
/** A node that says nothing for so long is tried again only after the others; on long lines, so many round trips. */
const nodePatience = { leastMs: 700, roundTrips: 6 };
/** An answer needs less than a connection does. */
const answerMs = 500;

interface Choice {
  url: string;
  edges: KnownEdge[];
  how: EdgeFigures['how'];
  tookMs: number;
}

/** The last choice of this page for each network and region. */
const choices = new Map<string, { choice: Promise<Choice>; atMs: number }>();

/** Chooses ahead of time; what comes of it is used by the next room. */
export async function chooseEdge(origins: readonly string[], region: string | undefined): Promise<Choice> {
  const key = JSON.stringify([origins, region]);
  const before = choices.get(key);
  if (before !== undefined && performance.now() - before.atMs < choiceKeptMs) {
    const choice = await before.choice;
    return { ...choice, how: 'kept', tookMs: 0 };
  }
  const making = { choice: makeChoice(origins, region), atMs: performance.now() };
  choices.set(key, making);
  const choice = await making.choice;
  if (choice.how === 'unmeasured' && choices.get(key) === making) choices.delete(key);
  return choice;
}

/** A region, and the round trip to its nearest node; undefined where none answered. */
export interface RegionDistance {
  region: string;
  rttMs?: number;
}

/** Measures the way to every region of a network that takes people: the nearest first. `url` is as in `connect`. */
export async function measureRegions(url?: string): Promise<RegionDistance[]> {
  const { origin, list } = await askForEdges([originOf(url)], undefined);
  const measured = await probeEdges(reachedAt(origin, list), true);
  const distances = list.regions.map((region): RegionDistance & { rttMs: number } => {
    const rtts = measured.filter((edge) => edge.region === region).map(({ rttMs = Infinity }) => rttMs);
    return { region, rttMs: Math.min(Infinity, ...rtts) };
  });
  return distances
    .sort((one, other) => one.rttMs - other.rttMs)
    .map(({ region, rttMs }) => (Number.isFinite(rttMs) ? { region, rttMs } : { region }));
}

/** Which node we are at, which others there are, and where to go when this one is lost. */
export class EdgeRoute {
  readonly #origins: readonly string[];
  readonly #region: string | undefined;
  #edges: KnownEdge[];
  #current: string;
  #figures: EdgeFigures | undefined;

  /** `origins`: where to ask, one at least; `region`: the one the person wants, whatever is nearest. */
  constructor(origins: readonly string[], region: string | undefined) {
    this.#origins = origins;
    this.#region = region;
    this.#current = origins[0] ?? location.origin;
    this.#edges = origins.map(unknownEdge);
  }

  /** The origin we are at, or go to first. */
  get current(): string {
    return this.#current;
  }

  get figures(): EdgeFigures {
    return this.#figures ?? this.#figuresOf(this.#current, 'unmeasured', 0);
  }

  /** The node to go to first. Never rejects: where nobody says anything about nodes, it is the one that was given. */
  async choose(): Promise<string> {
    const { url, edges, how, tookMs } = await chooseEdge(this.#origins, this.#region);
    this.#learn(edges);
    this.#current = url;
    this.#figures = this.#figuresOf(url, how, tookMs);
    return url;
  }

  /** A node let us in, and says which others there are. */
  joined(
    url: string,
    { nodeId, region }: { nodeId: string; region: string },
    list: EdgeList,
    how: EdgeFigures['how'] | undefined,
  ): void {
    const edges = reachedAt(url, list);
    if (!edges.some((edge) => edge.url === url)) {
      const own = { ...unknownEdge(url), nodeId: nodeId as Edge['nodeId'], region: region as Edge['region'] };
      edges.push({ ...own, load: 3 });
    }
    this.#learn(edges);
    this.#current = url;
    this.#figures =
      how === undefined && this.#figures?.url === url
        ? { ...this.#figures, nodeId, region }
        : this.#figuresOf(url, how ?? 'kept', 0);
    this.#set(url, { failedAtMs: undefined });
  }

  /** The node we are at says which others there are now. */
  heard(list: EdgeList): void {
    const own = this.#edges.filter(({ url }) => url === this.#current);
    const edges = reachedAt(this.#current, list);
    this.#learn([...edges, ...own.filter(({ url }) => !edges.some((edge) => edge.url === url))]);
  }

  /** A node sends us to these. */
  redirected(from: string, edges: readonly Edge[]): void {
    const others = this.#edges.filter(({ url }) => !edges.some((edge) => edge.url === url));
    this.#learn([...edges, ...others]);
    this.failed(from);
  }

  /** It did not answer, or takes nobody. */
  failed(url: string): void {
    this.#set(url, { failedAtMs: performance.now() });
  }

  /** Nobody answered: it was not the nodes, but our own network. */
  forgive(): void {
    this.#edges = this.#edges.map((edge) => ({ ...edge, failedAtMs: undefined }));
  }

  /** Whether the node we are at answers anything at all. */
  async answers(): Promise<boolean> {
    const withinMs = Math.max(answerMs, nodePatience.roundTrips * (this.rttMs(this.#current) ?? 0));
    return answers(`${this.#current}${probePath}`, withinMs);
  }

  /** How long to wait for a word of this node before others are asked. */
  patienceMs(url: string): number {
    const { leastMs, roundTrips } = nodePatience;
    return Math.max(leastMs, roundTrips * (this.rttMs(url) ?? 0));
  }

  /** How long the way there and back takes; undefined where it was not measured. */
  rttMs(url: string): number | undefined {
    return this.#edges.find((edge) => edge.url === url)?.rttMs;
  }

  /** Where to try when the connection is lost, in this order. */
  toTry(): string[] {
    const way = { current: this.#current, region: this.#region, nowMs: performance.now() };
    return edgesToTry(this.#edges, way, Math.random).map(({ url }) => url);
  }

  #learn(edges: readonly KnownEdge[]): void {
    this.#edges = edges.map((edge) => {
      const before = this.#edges.find(({ url }) => url === edge.url);
      return { ...edge, rttMs: edge.rttMs ?? before?.rttMs, failedAtMs: before?.failedAtMs };
    });
    for (const origin of this.#origins)
      if (!this.#edges.some(({ url }) => url === origin)) this.#edges.push(unknownEdge(origin));
  }

  #set(url: string, what: Partial<KnownEdge>): void {
    this.#edges = this.#edges.map((edge) => (edge.url === url ? { ...edge, ...what } : edge));
  }

  #figuresOf(url: string, how: EdgeFigures['how'], choiceMs: number): EdgeFigures {
    const { nodeId = '', region = '', rttMs } = this.#edges.find((edge) => edge.url === url) ?? {};
    return { url, nodeId, region, how, choiceMs, ...(rttMs !== undefined && { rttMs }) };
  }
}

async function makeChoice(origins: readonly string[], region: string | undefined): Promise<Choice> {
  const startedMs = performance.now();
  const made = (url: string, edges: KnownEdge[], how: Choice['how']): Choice => {
    return { url, edges, how, tookMs: performance.now() - startedMs };
  };
  const asked = await askForEdges(origins, region).catch(() => undefined);
  const [given = location.origin] = origins;
  if (asked === undefined) return made(given, origins.map(unknownEdge), 'unmeasured');
  const edges = reachedAt(asked.origin, asked.list);
  const own = edges.find(({ url }) => url === asked.origin);
  const [first = own, second] = edges;
  if (first === undefined) return made(asked.origin, [unknownEdge(asked.origin)], 'only');
  if (second === undefined) return made(first.url, edges, 'only');
  if (own !== undefined && isNearEnough(own, edges, asked.rttMs)) {
    return made(own.url, withRtt(edges, own, asked.rttMs), 'near');
  }
  const measured = await probeEdges(edges);
  const best = bestEdge(measured, Math.random);
  return best === undefined
    ? made((own ?? first).url, measured, 'unmeasured')
    : made(best.url, measured, 'probed');
}

/** The node that told the list is known by the origin it was reached at, whatever it is called elsewhere. */
function reachedAt(origin: string, { self, edges }: EdgeList): KnownEdge[] {
  return edges.map((edge) =>
    edge.nodeId === self ? { ...edge, url: origin, probeUrl: `${origin}${probePath}` } : edge,
  );
}

function withRtt(edges: readonly KnownEdge[], { url }: KnownEdge, rttMs: number): KnownEdge[] {
  return edges.map((edge) => (edge.url === url ? { ...edge, rttMs } : edge));
}

/** All that is known is its address. */
function unknownEdge(url: string): KnownEdge {
  const nowhere = { nodeId: '' as Edge['nodeId'], region: '' as Edge['region'] };
  return { ...nowhere, url, load: 0, probeUrl: `${url}${probePath}` };
}
