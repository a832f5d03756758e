import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup/report.mjs';

/** @typedef {{file: string, find: string, replace: string}} Patch one exact text, standing once in its file. */

/** What must change in mediasoup's C++ source to build it against Debian's libraries. @type {Patch[]} */
export const workerPatches = [
  {
    // Debian 12 has meson 1.0, and nothing newer is used.
    file: 'meson.build',
    find: "meson_version: '>= 1.1.0'",
    replace: "meson_version: '>= 1.0.0'",
  },
  {
    // OpenSSL calls back with BIO_CB_RETURN *and* the operation's own bit, so the comparison never holds and every
    // BIO_ctrl is answered with 1. An OpenSSL built with kernel TLS (Debian's is, upstream's own is not) then believes
    // that the kernel encrypts, makes no write buffer, and crashes on the first DTLS ServerHello.
    file: 'src/RTC/DtlsTransport.cpp',
    find: '(operationType == BIO_CB_RETURN) ? static_cast<long>(ret) : 1',
    replace: '((operationType & BIO_CB_RETURN) != 0) ? static_cast<long>(ret) : 1',
  },
];

/**
 * Returns the text with the patch applied; throws unless the text to replace stands in it exactly once.
 * @param {string} text @param {Patch} patch
 */
export function patched(text, { file, find, replace }) {
  const found = text.split(find).length - 1;
  if (found !== 1) {
    throw new SetupError(
      `mediasoup's ${file} has the text "${find}" ${found} times where the worker's recipe expects it once: ` +
        'this mediasoup release needs a look at tools/worker/patches.mjs.',
    );
  }
  return text.replace(find, () => replace);
}

/** Applies patches to a copy of the worker's source. @param {string} folder */
export function patchSource(folder, patches = workerPatches) {
  for (const patch of patches) {
    const path = join(folder, patch.file);
    writeFileSync(path, patched(readFileSync(path, 'utf8'), patch));
  }
}
