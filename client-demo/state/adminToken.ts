import { signal } from '@preact/signals';

const key = 'tributary.adminToken';

/** The operator's token, for as long as the tab is open; never in an address, where it would be shared and logged. */
export const adminToken = signal<string | undefined>(read());

export function keepAdminToken(token: string | undefined): void {
  adminToken.value = token;
  try {
    if (token === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, token);
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}

/** What a server in development mode gives to a page on its own machine; undefined from all others. */
export async function devAdminToken(): Promise<string | undefined> {
  const answer = await fetch('/dev/admin-token', { method: 'POST' }).catch(() => undefined);
  if (!answer?.ok) return undefined;
  const { token } = (await answer.json()) as { token: string };
  return token;
}

function read(): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}
