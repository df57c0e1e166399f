// What a rule that is watched over looks like, and how it says that it was broken.
import type { Effect, Event, State } from "../../../coordinator/scheduler/mod.ts";
import type { WorkerRecord } from "../../../coordinator/verify/mod.ts";

/** A promise of the core, looked at after every event. */
export interface Rule {
  /** Before an event changes the state. */
  before?(state: State, event: Event): void;
  /** Each effect of an event, in order, after the event was applied. */
  effect?(state: State, event: Event, effect: Effect): void;
  /** After an event and all its effects. */
  after?(state: State, event: Event): void;
  /** The process died: what it held in memory is gone, and this is what it had written. */
  restarted?(records: Iterable<readonly [string, WorkerRecord]>): void;
  /** Faults have stopped, and there was time for everything to come to its end. */
  finished?(state: State, nowMs: number): void;
}

/** A promise was not kept. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly rule: string;

  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.rule = rule;
  }
}

/** Ends the simulation unless a promise was kept. */
export function keep(kept: boolean, rule: string, what: () => string): asserts kept {
  if (!kept) throw new Violation(rule, what());
}
