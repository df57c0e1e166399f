// Events that come again: what a retry somewhere on the way, or a peer that says everything twice, would bring.
import type { Event } from "../../coordinator/scheduler/mod.ts";
import type { Dice } from "./random.ts";

const REMEMBERED = 32;

/** The last events of one process that must have no effect when they come again. */
export class Past {
  readonly #events: Event[] = [];

  /** Remembers an event; now and then answers one of the past, as it was or with a detail changed. */
  recall(event: Event, dice: Dice, rate: number): Event | undefined {
    if (isOnce(event)) {
      this.#events.push(event);
      if (this.#events.length > REMEMBERED) this.#events.shift();
    }
    if (this.#events.length === 0 || !dice.chance(rate)) return undefined;
    const past = { ...dice.pick(this.#events), nowMs: event.nowMs };
    if (past.type !== "answered" && past.type !== "handedBack") return past;
    if (dice.chance(0.3)) return { ...past, fence: past.fence + 1 };
    return dice.chance(0.2) ? { ...past, worker: past.worker + 1 } : past;
  }

  /** The process is gone. */
  clear(): void {
    this.#events.length = 0;
  }
}

function isOnce({ type }: Event): boolean {
  return type === "answered" || type === "handedBack" || type === "computed" || type === "withdrawn";
}
