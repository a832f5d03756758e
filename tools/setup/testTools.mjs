import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall } from './debian.mjs';
import { projectNode } from './dependencies.mjs';
import { findChromium } from './findChromium.mjs';
import { SetupError, step } from './report.mjs';
import { projectRoot, run, which } from './run.mjs';

/** Provides what only the tests need: a browser and a Redis. */
export async function provideTestTools() {
  await provideChromium();
  if (!which('redis-server')) await aptInstall(['redis-server'], 'The tests');
}

async function provideChromium() {
  const found = findChromium();
  if (found && existsSync(found)) return;
  if (found) {
    throw new SetupError(
      `PUPPETEER_EXECUTABLE_PATH names ${found}, which is not there: correct it, or unset it.`,
    );
  }
  try {
    await aptInstall(['chromium'], 'The browser tests');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    await downloadChrome();
  }
}

async function downloadChrome() {
  const cli = join(projectRoot, 'node_modules/puppeteer/lib/puppeteer/node/cli.js');
  try {
    await step('Downloading Chrome', () => run(projectNode(), [cli, 'browsers', 'install', 'chrome']));
  } catch {
    throw new SetupError(
      'The browser tests need a Chromium. Run as root: apt-get update && apt-get install -y chromium' +
        ' (or set PUPPETEER_EXECUTABLE_PATH to one).',
    );
  }
}
