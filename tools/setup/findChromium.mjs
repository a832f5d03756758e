import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { which } from './run.mjs';

/**
 * The path of a Chromium to test with: `PUPPETEER_EXECUTABLE_PATH`, one on the search path, or the one that puppeteer
 * downloaded; undefined when there is none.
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env['PUPPETEER_EXECUTABLE_PATH'];
  if (named) return named;
  return (
    ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map(which).find(Boolean) ??
    downloaded()
  );
}

function downloaded() {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  try {
    // In a process of its own, since puppeteer takes half a second to load.
    const script = "import('puppeteer').then(async (p) => console.log(await p.default.executablePath()))";
    const path = execFileSync(process.execPath, ['-e', script], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
