// The shortest of a duration's last measurements. Whatever makes one longer, such as a busy event loop or frames in front,
// is a wait and no part of the thing itself; and a wait taken for distance, say, would hide that a worker has work in hand
// (N. Cardwell and others, "BBR: congestion-based congestion control", 2016).

/** How long a measurement counts, once or twice: a worker that has moved away is known to be further by then. */
const GENERATION_MS = 10_000;

/** A round trip, or what a task takes at least: the smallest of the last measurements. */
export class Shortest {
  #beforeMs = Infinity;
  #nowMs = Infinity;
  #untilMs = -Infinity;

  /** Takes a duration, or anything that lasted at least as long; answers the estimate. */
  add(nowMs: number, ms: number): number {
    if (nowMs >= this.#untilMs) {
      this.#beforeMs = this.#nowMs;
      this.#nowMs = Infinity;
      this.#untilMs = nowMs + GENERATION_MS;
    }
    this.#nowMs = Math.min(this.#nowMs, ms);
    return this.ms;
  }

  /** The estimate in milliseconds: 0 before anything was measured. */
  get ms(): number {
    const ms = Math.min(this.#beforeMs, this.#nowMs);
    return ms === Infinity ? 0 : ms;
  }
}
