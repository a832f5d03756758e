import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { measureRegions } from '../../client/tributary.ts';
import type { RegionDistance } from '../../client/tributary.ts';
import { replaceParameter, route } from '../router.ts';

const measured = signal<readonly RegionDistance[]>([]);

/** The region in the address; undefined where the nearest is to be found. */
export function wantedRegion(): string | undefined {
  return route.value.params.get('region') ?? undefined;
}

/** Puts a region into the address, where a reload finds it; the empty one leaves the choice to the network. */
export function wantRegion(region: string): void {
  replaceParameter('region', region);
}

/** Every region of the network with its round trip, the nearest first; none until they were measured. */
export function useRegions(): readonly RegionDistance[] {
  useEffect(() => {
    // Without an answer there is nothing to choose.
    void measureRegions().then(
      (regions) => (measured.value = regions),
      () => undefined,
    );
  }, []);
  return measured.value;
}
