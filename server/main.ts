import { readFileSync } from 'node:fs';
import { createLog } from './observability/log.ts';
import { startNode } from './node.ts';
import { shutDown } from './shutdown.ts';
import { loadSettings } from './settings/loadSettings.ts';
import { helpText, printedConfig } from './settings/settingsText.ts';
import type { Settings } from './settings/settingsTable.ts';

/** One Ctrl-C comes twice under `npm start`: from the terminal, and passed on by npm. */
const echoMs = 500;

/** Closing takes a moment; what takes longer than this hangs. */
const closeDeadlineMs = 5000;

async function run(settings: Settings): Promise<void> {
  const log = createLog(settings);
  // Nothing may end the process but a signal: what is not caught is a bug, told in full and survived.
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'a promise was rejected and nobody looked');
  });
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'an exception was thrown and nobody caught it');
  });
  const node = await startNode(settings, log).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`Tributary cannot start: ${reason}`);
    process.exit(1);
  });

  let stoppingSinceMs: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stoppingSinceMs !== undefined) {
        if (performance.now() - stoppingSinceMs > echoMs) process.exit(1);
        return;
      }
      stoppingSinceMs = performance.now();
      log.info({ signal }, 'stopping; a second signal ends at once');
      void shutDown({
        drain: () => (signal === 'SIGTERM' ? node.drain() : Promise.resolve()),
        close: () => node.close(),
        closeDeadlineMs,
        log,
      }).then((code) => process.exit(code));
    });
  }
  if (settings.dev)
    console.log('development mode: secrets are made up, anybody gets a token; never use it in production');
  log.info({ admin: node.adminOrigin }, 'health at /livez and /readyz, metrics at /metrics');
  console.log(`ready ${node.origin}`);
}

const loaded = loadSettings({
  argv: process.argv.slice(2),
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
});
if (loaded.action === 'help') console.log(helpText());
else if (!loaded.ok) {
  console.error(
    `Tributary cannot start:\n${loaded.problems.map((problem) => `  - ${problem}`).join('\n')}\n(--help lists every setting)`,
  );
  process.exitCode = 1;
} else if (loaded.action === 'print-config') console.log(printedConfig(loaded.given));
else await run(loaded.settings);
