import { edgeListPath } from '../protocol/edgePaths.ts';
import type { Edge, EdgeList } from '../protocol/edges.ts';
import type { KnownEdge } from './edgeChoice.ts';

/** Nobody waits longer for the nearest node; then the best of those that have answered is it. */
const probeCeilingMs = 300;
const askCeilingMs = 3000;
/** For a list that somebody reads. */
const patientCeilingMs = 2000;
/** The first probe opens the connection as well. */
const probesEach = 2;
/** Who is through with his probes is nearest by far, unless others are within this time. */
const others = { share: 0.3, leastMs: 15 };

/** What a node said about all of them, and how long it took to ask, connecting included. */
export interface AskedEdges {
  origin: string;
  list: EdgeList;
  rttMs: number;
}

/** Asks all of these nodes for edges; the first to answer counts. Rejects where none does. */
export async function askForEdges(
  origins: readonly string[],
  region: string | undefined,
): Promise<AskedEdges> {
  const query = region === undefined ? '' : `?region=${encodeURIComponent(region)}`;
  return Promise.any(
    origins.map(async (origin) => {
      const startedMs = performance.now();
      const response = await get(`${origin}${edgeListPath}${query}`, AbortSignal.timeout(askCeilingMs));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const list = (await response.json()) as EdgeList;
      return { origin, list, rttMs: performance.now() - startedMs };
    }),
  );
}

/** Measures the way to each of these at the same time; without patience, only until it is clear which is nearest. */
export async function probeEdges(edges: readonly Edge[], patient = false): Promise<KnownEdge[]> {
  const stop = new AbortController();
  const measured = edges.map((edge): KnownEdge => ({ ...edge }));
  const startedMs = performance.now();
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const ceiling = setTimeout(resolve, patient ? patientCeilingMs : probeCeilingMs);
  let soon: ReturnType<typeof setTimeout> | undefined;
  const all = measured.map(async (edge) => {
    for (let probe = 0; probe < probesEach; probe += 1) {
      const sentMs = performance.now();
      await get(edge.probeUrl, stop.signal);
      edge.rttMs = Math.min(edge.rttMs ?? Infinity, performance.now() - sentMs);
    }
    if (patient) return;
    const tookMs = performance.now() - startedMs;
    soon ??= setTimeout(resolve, Math.max(others.leastMs, tookMs * others.share));
  });
  void Promise.allSettled(all).then(() => resolve());
  await enough;
  clearTimeout(ceiling);
  clearTimeout(soon);
  stop.abort();
  // What still comes in must not change what was decided by.
  return measured.map((edge) => ({ ...edge }));
}

/** Whether a node answers in time. */
export async function answers(probeUrl: string, withinMs: number): Promise<boolean> {
  return get(probeUrl, AbortSignal.timeout(withinMs)).then(
    () => true,
    () => false,
  );
}

function get(url: string, signal: AbortSignal): Promise<Response> {
  return fetch(url, { cache: 'no-store', credentials: 'omit', signal });
}
