import { signal } from '@preact/signals';
import { friendlyRoomName, roomNameFrom } from './state/roomNames.ts';

export interface Route {
  path: string;
  params: URLSearchParams;
}

/** Where we are; pages read it, `navigate` changes it. */
export const route = signal<Route>(readAddress());

addEventListener('popstate', () => {
  route.value = readAddress();
});

/** Goes to another page of ours without loading anything; `keepScroll` for another state of the same page. */
export function navigate(address: string, { keepScroll = false } = {}): void {
  history.pushState(null, '', address);
  route.value = readAddress();
  if (!keepScroll) scrollTo(0, 0);
}

/** Changes one parameter of the address where we are; an empty one is taken out. */
export function replaceParameter(name: string, value: string): void {
  const url = new URL(location.href);
  if (value === '') url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  history.replaceState(null, '', url);
  route.value = readAddress();
}

/** The address of a page of ours for a room; `as` is the role when it is not the page's own. */
export function addressOf(page: 'host' | 'watch', room: string, as?: string): string {
  const params = new URLSearchParams({ room });
  if (as !== undefined) params.set('as', as);
  return `/${page}?${params.toString()}`;
}

/** The address's fragment as parameters: secrets travel there, servers never see it. */
export function fragmentParameter(name: string): string | null {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}

function readAddress(): Route {
  const url = new URL(location.href);
  const path = url.pathname.replace(/\/+$/, '') || '/';
  if (path === '/host' || path === '/watch') {
    const asked = url.searchParams.get('room') ?? '';
    const room = roomNameFrom(asked) || friendlyRoomName();
    if (room !== asked) {
      url.searchParams.set('room', room);
      history.replaceState(null, '', url);
    }
  }
  return { path, params: url.searchParams };
}
