// Taken once: where a global is looked up through a sandbox, as under Jest, that costs more than the hash.
const { imul, log } = Math;

/** A 64-bit hash in two halves: JavaScript is fast with 32-bit numbers and slow with larger ones. */
export interface Hash {
  high: number;
  low: number;
}

/** Of a short text, as ids are (cyrb53's rounds). Not for secrets: it is only fast and even. */
export function hashText(text: string): Hash {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = imul(high ^ code, 0x9e3779b1);
    low = imul(low ^ code, 0x5f356495);
  }
  return { high: mixed(high ^ (low >>> 15)), low: mixed(low ^ (high >>> 13)) };
}

/**
 * Weighted rendezvous: of all nodes, the one with the lowest draw for a room is the room's, and every node finds the
 * same without asking. Each draw is exponential with the node's weight as its rate, so the chance to be lowest is the
 * node's part of all weights, and a node that comes, goes or changes its weight moves no room between two others.
 * Draws have 53 bits: that two are equal, and the order of the news decides, happens to nobody.
 */
export function weightedDraw(room: Hash, node: Hash, weight: number): number {
  const high = mixed(room.high ^ node.high);
  const low = mixed(room.low ^ node.low ^ high);
  const uniform = ((high >>> 5) * 2 ** 26 + (low >>> 6) + 0.5) / 2 ** 53;
  return -log(uniform) / weight;
}

/** How much, in this room, one node would like to pull from another; higher is more. 32 bits: a tie is rare, and broken by order. */
export function liking(room: Hash, child: Hash, parent: Hash): number {
  return mixed(mixed(room.low ^ child.high) ^ parent.low) >>> 0;
}

/** The finalizer of MurmurHash3: each bit of the input turns half the bits of the output. */
function mixed(bits: number): number {
  bits ^= bits >>> 16;
  bits = imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
