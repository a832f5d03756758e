/** A copy of `map` with `key` as its newest entry; beyond `max` entries the oldest is left out and named in `evicted`. */
export function withEntry<K, V>(
  map: ReadonlyMap<K, V>,
  key: K,
  value: V,
  max: number,
): { map: ReadonlyMap<K, V>; evicted?: V } {
  const copy = new Map(map);
  copy.delete(key);
  copy.set(key, value);
  if (copy.size <= max) return { map: copy };
  const [oldest] = copy;
  if (oldest === undefined) return { map: copy };
  copy.delete(oldest[0]);
  return { map: copy, evicted: oldest[1] };
}

/** A copy of `map` without `key`; the same map where there is no such entry. */
export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
