import { useRegions, wantRegion, wantedRegion } from '../state/regions.ts';
import { Icon } from './icons.tsx';

/** Which region to connect to; absent where there is only one. */
export function RegionMenu() {
  const regions = useRegions();
  if (regions.length < 2) return null;
  const wanted = wantedRegion();
  const known = regions.some(({ region }) => region === wanted);
  return (
    <label class="device">
      <Icon name="globe" size={20} />
      <span class="visually-hidden">Region</span>
      <select
        data-testid="choose-region"
        value={known ? wanted : ''}
        onChange={(event) => wantRegion(event.currentTarget.value)}
      >
        <option value="">Region: automatic{asTime(regions[0]?.rttMs)}</option>
        {regions.map(({ region, rttMs }) => (
          <option key={region} value={region}>
            Region: {region}
            {asTime(rttMs)}
          </option>
        ))}
      </select>
      <Icon name="chevron" size={18} />
    </label>
  );
}

function asTime(rttMs: number | undefined): string {
  return rttMs === undefined ? '' : ` (${Math.max(1, Math.round(rttMs))} ms)`;
}
