// The thin shell around the pure core: turns happenings into events, runs the effects, keeps one timer. It holds no rule.
import type { CheckOutcome, Compute, Outcome } from "../ports.ts";
import type { Effect, Event } from "./types.ts";

/** What the shell needs of a scheduler. The real one is this folder's `step`; tests script one. */
export interface Core<State> {
  step(state: State, event: Event, out: Effect[]): void;
  /** When the next `tick` is due, on the shell's clock; Infinity: not at all. */
  nextWakeMs(state: State): number;
}

/** Effects that persist: handed over before any effect of the same step leaves the process. */
export type DurableEffect = Extract<
  Effect,
  { type: "charge" | "refund" | "pend" | "grant" | "void" | "trust" | "record" | "audit" }
>;
/** Effects that leave the process over a worker's connection. */
export type WorkerEffect = Extract<Effect, { type: "assign" | "cancel" | "standing" }>;
/** Effects that leave the process towards whoever waits for an answer. */
export type BackendEffect = Extract<Effect, { type: "reply" | "refuse" | "revoke" }>;

/** Where effects go. None of these may throw or wait. */
export interface Outlets {
  note(effect: DurableEffect): void;
  toWorker(effect: WorkerEffect): void;
  toBackend(effect: BackendEffect): void;
}

/** Time as the shell sees it: monotone epoch milliseconds, and one alarm. */
export interface ShellClock {
  nowMs(): number;
  /** Runs `wake` once after a delay; answers how to call it off. */
  after(delayMs: number, wake: () => void): () => void;
}

/** What a shell is made of. */
export interface ShellParts<State> {
  readonly core: Core<State>;
  readonly state: State;
  readonly compute: Compute;
  readonly outlets: Outlets;
  readonly clock: ShellClock;
  /** Runs a function at the end of the event loop's turn, before what the turn has to say leaves. */
  readonly defer: (run: () => void) => void;
  /** Fills an array with cryptographic random bits. */
  readonly fillRandom: (words: BigUint64Array<ArrayBuffer>) => void;
  /** Called once when `step` or an effect throws: a bug, after which the state cannot be relied on. */
  readonly onBroken: (error: unknown) => void;
}

/** Longest delay that timers take without wrapping round. */
const ALARM_MS_MAX = 2 ** 31 - 1;
/** Asking the system for random bits costs 1.5 µs, however few: they are fetched for so many results at once. */
const DRAWS_AHEAD = 64;
/** A double holds 53 bits exactly: 53 random bits make a number 0 ≤ draw < 1. */
const UNUSED_DRAW_BITS = 64n - 53n;
const DRAW_UNIT = 2 ** -53;

/** Feeds the core one event at a time, in the order in which they happened. */
export class Shell<State> {
  readonly #parts: ShellParts<State>;
  readonly #events: Event[] = [];
  readonly #effects: Effect[] = [];
  /** Random bits for draws to come; they leave this array when a result is there to be judged by them, and not before. */
  readonly #random = new BigUint64Array(2 * DRAWS_AHEAD);
  #drawn = DRAWS_AHEAD;
  #running = false;
  #stopped = false;
  /** When the first event of this turn came; null before it has. */
  #turnBeganMs: number | null = null;
  #alarmAtMs = Infinity;
  #callOff: (() => void) | null = null;

  /** Arms the timer at once if the state already waits for something. */
  constructor(parts: ShellParts<State>) {
    this.#parts = parts;
    this.#arm();
  }

  /** The clock that events are stamped with. */
  nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  /** Takes one event; when it comes from inside an effect, after the effects that are still to be run. */
  raise(event: Event): void {
    if (this.#stopped) return;
    this.#events.push(event);
    if (this.#running) return;
    if (this.#turnBeganMs === null) {
      this.#turnBeganMs = event.nowMs;
      this.#parts.defer(this.#turn);
    }
    this.#drain();
    this.#arm();
  }

  /** A worker's outcome has arrived: only now is it drawn how it is judged. */
  answered(worker: number, attempt: number, fence: number, outcome: Outcome): void {
    if (this.#drawn === DRAWS_AHEAD) {
      this.#parts.fillRandom(this.#random);
      this.#drawn = 0;
    }
    const at = 2 * this.#drawn++;
    const draw = Number(this.#random[at]! >> UNUSED_DRAW_BITS) * DRAW_UNIT;
    const seed = this.#random[at + 1]!;
    this.raise({ type: "answered", nowMs: this.nowMs(), worker, attempt, fence, outcome, draw, seed });
  }

  /** Takes no more events and calls the timer off. */
  stop(): void {
    this.#stopped = true;
    this.#events.length = 0;
    this.#callOff?.();
    this.#callOff = null;
  }

  readonly #turn = (): void => {
    const beganMs = this.#turnBeganMs;
    if (beganMs === null) return;
    const nowMs = this.nowMs();
    this.raise({ type: "turned", nowMs, turnMs: nowMs - beganMs });
    this.#turnBeganMs = null;
  };

  #drain(): void {
    this.#running = true;
    try {
      for (let i = 0; i < this.#events.length; i++) {
        this.#parts.core.step(this.#parts.state, this.#events[i]!, this.#effects);
        this.#runEffects();
      }
    } catch (error) {
      this.stop();
      this.#parts.onBroken(error);
    } finally {
      this.#events.length = 0;
      this.#effects.length = 0;
      this.#running = false;
    }
  }

  #runEffects(): void {
    const effects = this.#effects;
    for (const effect of effects) if (isDurable(effect)) this.#parts.outlets.note(effect);
    for (const effect of effects) if (!isDurable(effect)) this.#leave(effect);
    effects.length = 0;
  }

  #leave(effect: Exclude<Effect, DurableEffect>): void {
    switch (effect.type) {
      case "assign":
      case "cancel":
      case "standing":
        return this.#parts.outlets.toWorker(effect);
      case "reply":
      case "refuse":
      case "revoke":
        return this.#parts.outlets.toBackend(effect);
      case "check":
        return this.#check(effect);
      case "compute":
        return this.#compute(effect);
      default:
        effect satisfies never;
    }
  }

  #check({ attempt, work, output, seed, again }: Effect & { type: "check" }): void {
    const verdict = this.#parts.compute.check(work, output, seed, again);
    if (!(verdict instanceof Promise)) return this.#checked(attempt, again, verdict);
    verdict.then(
      (outcome) => this.#checked(attempt, again, outcome),
      (error: unknown) => this.#broken(error),
    );
  }

  #checked(attempt: number, again: boolean, outcome: CheckOutcome): void {
    const message = outcome.type === "passed" ? "" : outcome.message;
    this.raise({ type: "checked", nowMs: this.nowMs(), attempt, again, verdict: outcome.type, message });
  }

  #compute({ run, work }: Effect & { type: "compute" }): void {
    this.#parts.compute.run(work).then(
      (outcome) => this.raise({ type: "computed", nowMs: this.nowMs(), run, outcome }),
      (error: unknown) => this.#broken(error),
    );
  }

  /** Compute never rejects; when it does, its slot is lost to the core for good, so the state is wrong. */
  #broken(error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#parts.onBroken(error);
  }

  /** One alarm, never later than the core wants it. A wish that moved later is noticed when the alarm goes off. */
  #arm(): void {
    if (this.#stopped) return;
    const wakeMs = this.#parts.core.nextWakeMs(this.#parts.state);
    if (wakeMs >= this.#alarmAtMs) return;
    this.#callOff?.();
    this.#alarmAtMs = wakeMs;
    const delayMs = Math.min(Math.max(Math.ceil(wakeMs - this.nowMs()), 0), ALARM_MS_MAX);
    this.#callOff = this.#parts.clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#callOff = null;
    this.#alarmAtMs = Infinity;
    const nowMs = this.nowMs();
    if (this.#parts.core.nextWakeMs(this.#parts.state) <= nowMs) this.raise({ type: "tick", nowMs });
    this.#arm();
  }
}

function isDurable(effect: Effect): effect is DurableEffect {
  switch (effect.type) {
    case "charge":
    case "refund":
    case "pend":
    case "grant":
    case "void":
    case "trust":
    case "record":
    case "audit":
      return true;
    default:
      return false;
  }
}
