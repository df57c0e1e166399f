// Events that come again, and events that nobody had a right to: what a retry on the way or a stranger would bring.
import type { Event, State } from "../../coordinator/scheduler/mod.ts";
import type { FaultCounts } from "./faults.ts";
import type { Dice } from "./random.ts";

const REMEMBERED = 32;

/** The last events of one process that must have no effect when they come again. */
export class Past {
  readonly #events: Event[] = [];

  /** Remembers an event; now and then answers one that must change nothing. */
  recall(state: State, event: Event, dice: Dice, rate: number, faults: FaultCounts): Event | undefined {
    if (isOnce(event)) {
      this.#events.push(event);
      if (this.#events.length > REMEMBERED) this.#events.shift();
    }
    if (this.#events.length === 0 || !dice.chance(rate)) return undefined;
    const past = { ...dice.pick(this.#events), nowMs: event.nowMs };
    const forged = dice.chance(0.5) ? forge(state, past, dice) : undefined;
    faults.count(forged === undefined ? "eventRepeated" : "eventForged");
    return forged ?? past;
  }

  /** The process is gone. */
  clear(): void {
    this.#events.length = 0;
  }
}

function isOnce({ type }: Event): boolean {
  return type === "answered" || type === "handedBack" || type === "computed" || type === "withdrawn";
}

/** An answer or a hand-back for somebody else's attempt, or with a fence it never had. */
function forge(state: State, past: Event, dice: Dice): Event | undefined {
  if (past.type !== "answered" && past.type !== "handedBack") return undefined;
  const out = [...state.attempts.values()].filter((attempt) => attempt.state === "out");
  if (out.length === 0) return undefined;
  const { no: attempt, fence, worker: { spec: { worker } } } = dice.pick(out);
  const wrong = dice.chance(0.5)
    ? { attempt, fence: fence + 1, worker }
    : { attempt, fence, worker: worker + 1 };
  return dice.chance(0.5) ? { type: "handedBack", nowMs: past.nowMs, ...wrong } : { ...past, ...wrong };
}
