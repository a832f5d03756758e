import { chooseEdge } from './edgeRoute.ts';
import { originOf, prepareFor } from './preparation.ts';

/**
 * Does ahead of time what `connect()` would have to wait for: asks the server what it speaks, makes a certificate, and
 * looks for the nearest server of its network, or of `region`.
 */
export async function prepare(url?: string, region?: string): Promise<void> {
  await Promise.all([prepareFor(url), chooseEdge([originOf(url)], region)]);
}
