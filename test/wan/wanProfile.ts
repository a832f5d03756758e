/** What happens to packets on the way, apart from a full queue. */
export type Loss =
  | { kind: 'none' }
  /** Each packet by itself is lost with this probability. */
  | { kind: 'random'; ratio: number }
  /** In bursts of `meanBurst` packets on average, `ratio` of all packets in the long run. */
  | { kind: 'gilbert'; ratio: number; meanBurst: number };

/** One direction of a road. */
export interface WayProfile {
  /** Time from the sender to the receiver on an empty line. */
  delayMs: number;
  /** A packet takes up to so much longer. */
  jitterMs: number;
  loss: Loss;
  /** `Infinity` where the line is never the narrow place. */
  bandwidthBps: number;
  /** What would have to wait longer than this for its turn on the line is dropped. */
  queueMs: number;
  /** Whether jitter lets packets overtake each other; real lines rarely do. */
  reorders: boolean;
}

/** Both directions, seen from one end. */
export interface RoadProfile {
  there: WayProfile;
  back: WayProfile;
}

export const clearWay: WayProfile = {
  delayMs: 0,
  jitterMs: 0,
  loss: { kind: 'none' },
  bandwidthBps: Infinity,
  queueMs: 200,
  reorders: false,
};

/** The same in both directions; what is not given is as on a clear way. */
export function evenRoad(way: Partial<WayProfile>): RoadProfile {
  const both = { ...clearWay, ...way };
  return { there: both, back: both };
}

/** A clear road of this round trip. */
export const roundTrip = (rttMs: number): RoadProfile => evenRoad({ delayMs: rttMs / 2 });

export const roads = {
  /** Within a data centre: nothing is added to what loopback and relay take. */
  lan: evenRoad({}),
  /** Two data centres of one city. */
  metro: evenRoad({ delayMs: 2, jitterMs: 0.5 }),
  /** Two coasts of one continent, or the near side of an ocean: 80 ms round trip. */
  continent: evenRoad({ delayMs: 39, jitterMs: 2, loss: { kind: 'random', ratio: 0.0001 } }),
  /** The far side of the world: 200 ms round trip. */
  farSide: evenRoad({ delayMs: 98, jitterMs: 4, loss: { kind: 'gilbert', ratio: 0.001, meanBurst: 3 } }),
  /** A route between data centres in trouble. */
  congested: evenRoad({
    delayMs: 40,
    jitterMs: 20,
    loss: { kind: 'gilbert', ratio: 0.05, meanBurst: 5 },
    bandwidthBps: 20_000_000,
  }),
  /** A phone on a train; `there` is its uplink. */
  lossyMobile: {
    there: {
      ...clearWay,
      delayMs: 35,
      jitterMs: 20,
      loss: { kind: 'gilbert', ratio: 0.03, meanBurst: 4 },
      bandwidthBps: 1_500_000,
      queueMs: 400,
    },
    back: {
      ...clearWay,
      delayMs: 35,
      jitterMs: 15,
      loss: { kind: 'gilbert', ratio: 0.02, meanBurst: 4 },
      bandwidthBps: 5_000_000,
      queueMs: 400,
    },
  },
} satisfies Record<string, RoadProfile>;
