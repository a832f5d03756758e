import { rowOf } from './settingsTable.ts';
import type { SettingName } from './settingsTable.ts';
import type { Given } from './settingSources.ts';

/**
 * Adds what dev mode makes of settings that hang together, where nobody gave them: `region` alone is one node there,
 * several nodes in one process have one worker each, since they share the cores of one machine, and are called after
 * their regions.
 */
export function addDevDefaults(given: Map<SettingName, Given>): void {
  const add = (name: SettingName, value: unknown, source: string): void => {
    if (!given.has(name)) given.set(name, { value, source });
  };
  const region = given.get('region');
  if (region !== undefined) add('devRegions', [region.value], region.source);
  const { devDefault } = rowOf('devRegions');
  add('devRegions', devDefault, 'default of dev mode');
  const regions = given.get('devRegions')?.value;
  if (!Array.isArray(regions)) return;
  add('region', regions[0], 'first of devRegions');
  if (regions.length < 2) return;
  add('nodeId', devNodeName(String(regions[0]), 1), 'first of devRegions');
  add('workers', 1, 'default of several nodes in one process');
}

/** `eu-2` for the second node of a region. */
export function devNodeName(region: string, number: number): string {
  return `${region.slice(0, 28)}-${number}`;
}
