// All rules over one core: the core is stepped through here, and a broken promise ends the simulation.
import { type Effect, type Event, nextWakeMs, type State, step } from "../../../coordinator/scheduler/mod.ts";
import type { Core } from "../../../coordinator/scheduler/shell.ts";
import type { WorkerRecord } from "../../../coordinator/verify/mod.ts";
import { Facts } from "./facts.ts";
import { Judgement } from "./judgement.ts";
import { Leases } from "./leases.ts";
import { Memory } from "./memory.ts";
import { Money } from "./money.ts";
import type { Rule } from "./rule.ts";
import { Tasks } from "./tasks.ts";
import { Trust } from "./trust.ts";

/** A core that is watched over. It outlives the process: `restarted()` says that the next one has begun. */
export class Watch implements Core<State> {
  readonly facts = new Facts();
  readonly tasks = new Tasks(this.facts);
  readonly trust = new Trust(this.facts);
  readonly #rules: readonly Rule[] = [
    this.facts,
    new Leases(this.facts),
    this.tasks,
    new Judgement(this.facts, this.tasks, this.trust),
    this.trust,
    new Money(this.facts),
    new Memory(),
  ];
  readonly #saw: (event: Event, effects: readonly Effect[]) => void;

  /** `saw` hears of every event and what followed from it. */
  constructor(saw: (event: Event, effects: readonly Effect[]) => void) {
    this.#saw = saw;
  }

  step(state: State, event: Event, out: Effect[]): void {
    for (const rule of this.#rules) rule.before?.(state, event);
    const from = out.length;
    step(state, event, out);
    const effects = from === 0 ? out : out.slice(from);
    this.#saw(event, effects);
    for (const effect of effects) {
      for (const rule of this.#rules) rule.effect?.(state, event, effect);
    }
    for (const rule of this.#rules) rule.after?.(state, event);
  }

  nextWakeMs(state: State): number {
    return nextWakeMs(state);
  }

  /** The process died and took its memory with it. */
  restarted(records: Iterable<readonly [string, WorkerRecord]>): void {
    const all = [...records];
    for (const rule of this.#rules) rule.restarted?.(all);
  }

  /** Faults have stopped long ago: nothing may be left to do. */
  finished(state: State, nowMs: number): void {
    for (const rule of this.#rules) rule.finished?.(state, nowMs);
  }
}
