import { machineCpuMs, treeCpuMs, treeCpuSince } from './processCost.ts';

const sampleMs = 2000;

/** Watches how many cores are busy with what is not ours: the usual reason for figures that come out differently. */
export class OtherPrograms {
  readonly #timer = setInterval(() => this.#sample(), sampleMs);
  readonly #startedMs = performance.now();
  #machineMs = machineCpuMs();
  #own = treeCpuMs(process.pid);
  #othersMs = 0;

  /** Cores' worth of CPU, on average since the start. */
  get cores(): number {
    return this.#othersMs / (performance.now() - this.#startedMs);
  }

  close(): void {
    this.#sample();
    clearInterval(this.#timer);
  }

  #sample(): void {
    const machineMs = machineCpuMs();
    const own = treeCpuMs(process.pid);
    this.#othersMs += Math.max(0, machineMs - this.#machineMs - treeCpuSince(this.#own, own));
    this.#machineMs = machineMs;
    this.#own = own;
  }
}
