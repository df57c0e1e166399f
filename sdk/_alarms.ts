// One timer for all deadlines of a client: a timer of its own for each call cost more than sending it (10 µs of 45).

/** Something that wants to be told when its time has come. */
export interface Sleeper {
  wake(): void;
}

/** Alarms ring in the first millisecond that is not before their time. Times are those of `performance.now()`. */
export class Alarms {
  readonly #byMs = new Map<number, Set<Sleeper>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #armedMs = Infinity;

  /** Rings once, unless it is called off. */
  set(sleeper: Sleeper, atMs: number): void {
    const ms = Math.ceil(atMs);
    const together = this.#byMs.get(ms);
    if (together === undefined) this.#byMs.set(ms, new Set([sleeper]));
    else together.add(sleeper);
    if (ms < this.#armedMs) this.#arm(ms);
  }

  /** Calls an alarm off. The timer stays: it finds nothing to do, or the next alarm. */
  callOff(sleeper: Sleeper, atMs: number): void {
    const ms = Math.ceil(atMs);
    const together = this.#byMs.get(ms);
    if (together === undefined || !together.delete(sleeper) || together.size > 0) return;
    this.#byMs.delete(ms);
  }

  /** Nothing rings any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#byMs.clear();
    this.#armedMs = Infinity;
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#armedMs = ms;
    this.#timer = setTimeout(this.#ring, Math.max(0, ms - performance.now()));
  }

  readonly #ring = (): void => {
    this.#armedMs = Infinity;
    const nowMs = performance.now();
    const due = [...this.#byMs.keys()].filter((ms) => ms <= nowMs).sort((a, b) => a - b);
    for (const ms of due) {
      const together = this.#byMs.get(ms);
      this.#byMs.delete(ms);
      for (const sleeper of together ?? []) sleeper.wake();
    }
    let nextMs = Infinity;
    for (const ms of this.#byMs.keys()) nextMs = Math.min(nextMs, ms);
    if (nextMs < this.#armedMs) this.#arm(nextMs);
  };
}
