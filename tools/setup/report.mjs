/** A failure that is expected and whose message alone tells what to do: shown without a stack trace. */
export class SetupError extends Error {}

const isTerminal = process.stdout.isTTY;
const quietMs = isTerminal ? 200 : 10_000;

/**
 * Shows one step of the set-up while it runs: on a terminal one line that updates, elsewhere (a log file, CI) a line
 * every ten seconds.
 * @template T
 * @param {string} title
 * @param {(progress: (text: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedMs = Date.now();
  let detail = '';
  /** @param {string} sign @param {string} [end] */
  const show = (sign, end = isTerminal ? '' : '\n') => {
    const line = `${sign} ${title}${detail && `: ${detail}`} (${elapsed(Date.now() - startedMs)})`;
    process.stdout.write(
      isTerminal ? `\r\x1b[2K${line.slice(0, process.stdout.columns - 1)}${end}` : line + end,
    );
  };
  show('…');
  const timer = setInterval(() => show('…'), quietMs);
  try {
    const result = await work((text) => (detail = text));
    show('✓', '\n');
    return result;
  } catch (error) {
    show('✗', '\n');
    throw error instanceof SetupError ? new SetupError(`${title} failed. ${error.message}`) : error;
  } finally {
    clearInterval(timer);
  }
}

/** @param {number} ms */
export function elapsed(ms) {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
}

/** The progress in one line of ninja's output (`[12/263] Compiling …`), or undefined. @param {string} line */
export function ninjaProgress(line) {
  const match = /^\[(\d+)\/(\d+)\]/.exec(line);
  return match ? { done: Number(match[1]), total: Number(match[2]) } : undefined;
}
