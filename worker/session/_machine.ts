// A session machine under test: feed events, look at the effects.
import { type FromWorker, messageType, type ToWorker } from "../../protocol/mod.ts";
import { sessionConfig } from "./config.ts";
import { initialState, type State } from "./state.ts";
import { step } from "./step.ts";
import type { Effect, Event, SessionConfig } from "./types.ts";

/** An event without its time. */
export type Happening = Event extends infer E ? E extends Event ? Omit<E, "nowMs"> : never : never;

/** The digest of the kernel that tests use. */
export const kernelHex = "ab".repeat(32);

/** A machine with a clock of its own. */
export class Machine {
  readonly state: State;
  nowMs = 1_000;

  constructor(config: Partial<SessionConfig> = {}) {
    this.state = initialState({ ...sessionConfig(2, "test/1"), window: 4, ...config });
  }

  /** Applies one event and returns its effects. */
  on(happening: Happening, afterMs = 0): Effect[] {
    this.nowMs += afterMs;
    const out: Effect[] = [];
    step(this.state, { ...happening, nowMs: this.nowMs } as Event, out);
    return out;
  }

  /** A message on the current connection. */
  hear(message: ToWorker, afterMs = 0): Effect[] {
    return this.on({ type: "message", connection: this.state.connection, message }, afterMs);
  }

  /** The current connection ends. */
  drop(draw = 0.5, code: "connection.lost" | "auth.refused" = "connection.lost"): Effect[] {
    return this.on({ type: "closed", connection: this.state.connection, code, text: "gone", draw });
  }

  /** Opens the current connection and gets a welcome. */
  join(resumed = false, session = "s1"): Effect[] {
    this.on({ type: "opened", connection: this.state.connection });
    return this.hear([messageType.welcome, session, resumed, "i1", 5_000, 30_000, 1024, null]);
  }

  /** Offers kernel 1 and reports it verified. */
  prepare(): Effect[] {
    return [
      ...this.hear([messageType.kernelOffer, 1, Uint8Array.fromHex(kernelHex), new Uint8Array([1])]),
      ...this.on({ type: "prepared", kernel: kernelHex, code: null, text: "" }),
    ];
  }

  /** Gets a task for kernel 1. */
  task(attempt: number, fence = 1): Effect[] {
    return this.hear(taskMessage(attempt, fence));
  }

  /** A job is done with an output that holds its number. */
  finish(job: number): Effect[] {
    const outcome = { type: "output", output: new Uint8Array([job]), fuel: 10, computeUs: 5 } as const;
    return this.on({ type: "computed", job, outcome });
  }
}

/** A live machine that is ready for tasks of kernel 1. */
export function liveMachine(config: Partial<SessionConfig> = {}): Machine {
  const machine = new Machine(config);
  machine.on({ type: "started" });
  machine.join();
  machine.prepare();
  return machine;
}

/** A task message for kernel 1. */
export function taskMessage(attempt: number, fence = 1, budgetMs = 1_000): ToWorker {
  const input = new Uint8Array([attempt]);
  return [messageType.task, attempt, fence, 1, input, null, budgetMs, 500, 1_000, 0, null, null];
}

/** The messages that the effects send. */
export function sent(effects: readonly Effect[]): FromWorker[] {
  return effects.flatMap((effect) => effect.type === "send" ? [effect.message] : []);
}

/** The effects of one type. */
export function only<T extends Effect["type"]>(
  effects: readonly Effect[],
  type: T,
): Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
}
