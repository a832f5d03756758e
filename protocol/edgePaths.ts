/** Where `GET` answers with an `EdgeList`. */
export const edgeListPath = '/v1/edges';

/** Where `GET` measures the round trip to a node. */
export const probePath = '/v1/probe';
