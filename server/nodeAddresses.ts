import { hostname } from 'node:os';
import type { Settings } from './settings/settingsTable.ts';

/** Where a node says that it is; the ports are known when it listens. */

/** Where other nodes reach it. */
export function linkUrlOf(settings: Settings, port: number): string {
  const scheme = settings.linkTlsCertFile === undefined ? 'http' : 'https';
  const host = isEveryAddress(settings.linkHost) ? hostname() : settings.linkHost;
  return settings.linkUrl ?? `${scheme}://${inUrl(host)}:${port}`;
}

/**
 * Where browsers reach it. In dev mode that is `localhost`, which is right on this machine alone: whoever tells it to a
 * page that asked by another name puts that name in its place.
 */
export function publicUrlOf(settings: Settings, port: number): string {
  const scheme = settings.tlsCertFile === undefined ? 'http' : 'https';
  const reachable = isEveryAddress(settings.host) ? (settings.announcedAddress ?? hostname()) : settings.host;
  const host = settings.dev ? 'localhost' : reachable;
  return settings.publicUrl ?? `${scheme}://${inUrl(host)}:${port}`;
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
