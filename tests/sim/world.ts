// Past 300 lines: one world; its workers, clock and rules make sense only together.
// The core alone, for histories written by hand: simulated time, workers and trusted compute, without shell and network.
// Tests read what happened, and the same rules are watched over as in simulations of the whole (watch/).
import { assert } from "../deps.ts";
import type { Kernel, Outcome, Work } from "../../coordinator/ports.ts";
import {
  createState,
  type Effect,
  type Event,
  type SchedulerConfig,
  schedulerConfig,
  type State,
  type TaskSpec,
} from "../../coordinator/scheduler/mod.ts";
import { trustKey, unknownWorker, withTrust, type WorkerRecord } from "../../coordinator/verify/mod.ts";
import { Agenda } from "./agenda.ts";
import { inputOf, isRightOutput, simKernel, truth } from "./kernels.ts";
import { generator } from "./random.ts";
import { Watch } from "./watch/mod.ts";

export { inputOf, simKernel, trustedRecord, truth } from "./kernels.ts";
export { generator } from "./random.ts";

/** A lie: how it changes an output, and how likely a check sees it. */
export interface Lie {
  readonly chance: number;
  readonly detection: number;
}

/** How a simulated worker behaves. */
export interface Behaviour {
  readonly serviceMs: number;
  readonly slots?: number;
  readonly window?: number;
  readonly rttMs?: number;
  readonly network?: string;
  readonly tier?: "peer" | "cloud";
  readonly invite?: string;
  readonly tags?: readonly string[];
  readonly record?: WorkerRecord;
  /** Lies once it has answered so many. */
  readonly lie?: Lie & { readonly afterResults: number };
  /** Never answers. */
  readonly silent?: boolean;
  /** Never computes: says at once that it failed, or hands back what it got, with or without a pause. */
  readonly gives?: "failures" | "back" | "pauses" | undefined;
  readonly kernels?: readonly number[];
}

/** A reply or refusal as its backend saw it. */
export interface Ending {
  readonly task: number;
  readonly atMs: number;
  readonly effect: Effect & { readonly type: "reply" | "refuse" };
  /** Whether the bytes served were the right ones. */
  readonly right: boolean;
}

interface SimWorker {
  readonly no: number;
  readonly id: string;
  readonly behaviour: Behaviour;
  busyUntilMs: number[];
  answered: number;
  connected: boolean;
  cancelled: Set<number>;
}

/** More than any task of these kernels uses. */
const FUEL_MOST = 12_000;

/** The world. */
export class World {
  readonly state: State;
  readonly endings: Ending[] = [];
  readonly effects: { readonly atMs: number; readonly effect: Effect }[] = [];
  readonly wrongServed: number[] = [];
  /** Draws for rechecks; tests replace it to make every result, or none, be recomputed. */
  draw: () => number;
  /** What trusted compute answers; tests replace it to make the coordinator's own machine flip a bit. */
  compute: (work: Work) => Outcome = truth;
  /** Whether checks can run at all. */
  checksRun = true;
  localMs = 4;
  /** Every check refuses, whatever it sees. */
  erringChecks = false;

  readonly #random: () => number;
  readonly #agenda = new Agenda();
  readonly #watch = new Watch(() => {});
  readonly #workers = new Map<number, SimWorker>();
  readonly #open = new Map<number, TaskSpec>();
  readonly #lies = new Map<Uint8Array, number>();
  /** What the store would remember of each key. */
  readonly #records = new Map<string, WorkerRecord>();
  /** What each key was first known by. */
  readonly #first = new Map<string, WorkerRecord>();
  readonly #pending = new Map<string, number>();
  #nextWorker = 1;
  #nextTask = 1;

  constructor(
    seed: number,
    kernels: readonly Kernel[] = [simKernel(1)],
    config: Partial<SchedulerConfig> = {},
  ) {
    this.state = createState(schedulerConfig(kernels, config.localSlots ?? 1, config));
    // A coordinator that has measured every size before: what it does without is for tests of its own.
    for (const [kernel, { fuel }] of this.state.kernels) {
      for (let bytes = 1; bytes <= 1024; bytes *= 2) {
        fuel.add(bytes, FUEL_MOST);
        this.#watch.facts.measured(kernel, bytes, FUEL_MOST);
      }
    }
    this.nowMs = 1_000_000;
    this.#random = generator(seed);
    this.draw = this.#random;
  }

  /** The moment; tests that care set it before anything else. */
  get nowMs(): number {
    return this.#agenda.nowMs;
  }

  set nowMs(nowMs: number) {
    this.#agenda.nowMs = nowMs;
  }

  /** Connects a worker that is ready for its kernels at once. */
  join(behaviour: Behaviour, id = `w${this.#nextWorker}`): number {
    const no = this.#nextWorker++;
    const worker = {
      no,
      id,
      behaviour,
      busyUntilMs: [],
      answered: 0,
      connected: true,
      cancelled: new Set<number>(),
    };
    this.#workers.set(no, worker);
    if (!this.#first.has(id)) this.#first.set(id, behaviour.record ?? unknownWorker);
    this.raise({
      type: "joined",
      spec: {
        worker: no,
        id,
        network: behaviour.network ?? id,
        tier: behaviour.tier ?? "peer",
        invite: behaviour.invite ?? null,
        slots: behaviour.slots ?? 1,
        window: behaviour.window ?? 8,
        tags: behaviour.tags ?? [],
        record: this.#recordOf(id),
      },
    });
    this.raise({ type: "measured", worker: no, rttMs: behaviour.rttMs ?? 0.2 });
    for (const kernel of behaviour.kernels ?? this.state.kernels.keys()) {
      this.raise({ type: "kernelReady", worker: no, kernel, ready: true });
    }
    return no;
  }

  /** Submits a task due in `deadlineMs`; answers its number. */
  submit(deadlineMs: number, options: Partial<TaskSpec> = {}): number {
    const task = this.#nextTask++;
    const input = options.input ?? inputOf(task);
    const spec: TaskSpec = {
      task,
      project: 1,
      backend: 1,
      request: task,
      kernel: 1,
      input,
      assets: [],
      fuelLimit: 1_000_000,
      identity: `${options.project ?? 1}:${options.kernel ?? 1}:${input.join()}`,
      dueMs: this.nowMs + deadlineMs,
      priority: 0,
      verify: "sampled",
      weight: 1,
      exclude: [],
      ...options,
    };
    this.#open.set(task, spec);
    this.raise({ type: "submitted", spec });
    return task;
  }

  /** Raises an event now and runs its effects. */
  raise(event: EventBody): void {
    const out: Effect[] = [];
    this.#watch.step(this.state, { ...event, nowMs: this.nowMs } as Event, out);
    for (const effect of out) {
      this.effects.push({ atMs: this.nowMs, effect });
      this.#perform(effect);
    }
  }

  /** Does something after a while. */
  after(delayMs: number, act: () => void): void {
    this.#agenda.after(delayMs, act);
  }

  /** Lets time pass. */
  run(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    for (;;) {
      const wakeMs = this.#watch.nextWakeMs(this.state);
      if (wakeMs > Math.min(this.#agenda.nextMs, untilMs)) {
        if (!this.#agenda.next(untilMs)) break;
        continue;
      }
      this.nowMs = Math.max(this.nowMs, wakeMs);
      this.raise({ type: "tick" });
    }
    this.nowMs = untilMs;
  }

  /** A worker's connection breaks; what it computes meanwhile waits for it to come back. */
  drop(worker: number): void {
    this.#worker(worker).connected = false;
    this.raise({ type: "dropped", worker });
  }

  /** A dropped worker is back; what it finished meanwhile is lost. */
  comeBack(worker: number): void {
    this.#worker(worker).connected = true;
    this.raise({ type: "returned", worker });
  }

  /** A worker is gone for good. */
  leave(worker: number): void {
    this.#worker(worker).connected = false;
    this.raise({ type: "left", worker });
  }

  /** Tasks sent to a worker so far. */
  assigned(worker: number): (Effect & { readonly type: "assign" })[] {
    const found: (Effect & { readonly type: "assign" })[] = [];
    for (const { effect } of this.effects) {
      if (effect.type === "assign" && effect.worker === worker) found.push(effect);
    }
    return found;
  }

  /** All effects of one type. */
  all<T extends Effect["type"]>(type: T): (Effect & { readonly type: T })[] {
    return this.effects.map(({ effect }) => effect)
      .filter((effect): effect is Effect & { readonly type: T } => effect.type === type);
  }

  /** The one ending of a task. */
  ending(task: number): Ending {
    const endings = this.endings.filter((each) => each.task === task);
    assert.equal(endings.length, 1, `task ${task} ended ${endings.length} times`);
    return endings[0]!;
  }

  /** Tasks that have not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** Credit still pending, by worker. */
  pendingOf(worker: string): number {
    return this.#pending.get(worker) ?? 0;
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "assign":
        return this.#assign(effect);
      case "record":
        this.#records.set(effect.worker, effect.record);
        return;
      case "trust": {
        const { kernel } = this.state.kernels.get(effect.kernel)!;
        const known = withTrust(this.#recordOf(effect.worker), trustKey(kernel), effect.trust);
        this.#records.set(effect.worker, known);
        return;
      }
      case "cancel":
        this.#workers.get(effect.worker)?.cancelled.add(effect.attempt);
        return;
      case "check":
        return this.#check(effect);
      case "compute": {
        const { run, work } = effect;
        return this.after(
          this.localMs,
          () => this.raise({ type: "computed", run, outcome: this.compute(work) }),
        );
      }
      case "reply":
      case "refuse":
        return this.#end(effect);
      case "pend":
      case "grant":
      case "void": {
        const change = effect.type === "pend" ? effect.fuel : -effect.fuel;
        this.#pending.set(effect.worker, this.pendingOf(effect.worker) + change);
        return;
      }
      default:
        return;
    }
  }

  #assign(effect: Effect & { readonly type: "assign" }): void {
    const worker = this.#worker(effect.worker);
    const { serviceMs, rttMs = 0.2, slots = 1, silent, gives } = worker.behaviour;
    if (silent) return;
    if (gives !== undefined) return this.after(rttMs, () => this.#giveUp(worker, effect, gives));
    worker.busyUntilMs = worker.busyUntilMs.filter((untilMs) => untilMs > this.nowMs).sort((a, b) => a - b);
    const freeMs = worker.busyUntilMs.length < slots
      ? this.nowMs
      : worker.busyUntilMs[worker.busyUntilMs.length - slots]!;
    const doneMs = freeMs + serviceMs * (0.8 + 0.4 * this.#random());
    worker.busyUntilMs.push(doneMs);
    this.after(doneMs - this.nowMs + rttMs, () => this.#answer(worker, effect));
  }

  #giveUp(
    { no: worker, connected, behaviour: { slots = 1, window = 8 } }: SimWorker,
    { attempt, fence }: Effect & { readonly type: "assign" },
    gives: "failures" | "back" | "pauses",
  ): void {
    if (!connected) return;
    if (gives === "pauses") this.raise({ type: "paused", worker });
    if (gives !== "failures") this.raise({ type: "handedBack", worker, attempt, fence });
    if (gives === "pauses") this.raise({ type: "resumed", worker, slots, window });
    if (gives !== "failures") return;
    const failure = {
      type: "failure",
      code: "kernel.environment",
      message: "",
      fuel: 0,
      computeUs: 0,
    } as const;
    this.raise({
      type: "answered",
      worker,
      attempt,
      fence,
      outcome: failure,
      draw: this.draw(),
      seed: 0n,
    });
  }

  #answer(worker: SimWorker, effect: Effect & { readonly type: "assign" }): void {
    if (!worker.connected) return;
    worker.answered++;
    const { attempt, fence, work } = effect;
    let outcome = truth(work);
    const { lie } = worker.behaviour;
    if (
      lie !== undefined && worker.answered > lie.afterResults && this.#random() < lie.chance &&
      outcome.type === "output"
    ) {
      const output = outcome.output.slice();
      output[0] = output[0]! ^ 1;
      this.#lies.set(output, this.#random() < lie.detection ? 1 : 0);
      outcome = { ...outcome, output };
    }
    this.raise({ type: "answered", worker: worker.no, attempt, fence, outcome, draw: this.draw(), seed: 0n });
  }

  #check(effect: Effect & { readonly type: "check" }): void {
    const failed = this.erringChecks || this.#lies.get(effect.output) === 1;
    const verdict = !this.checksRun ? "unknown" : failed ? "failed" : "passed";
    this.after(
      0.1,
      () =>
        this.raise({ type: "checked", attempt: effect.attempt, again: effect.again, verdict, message: "" }),
    );
  }

  #end(effect: Effect & { readonly type: "reply" | "refuse" }): void {
    const spec = this.#open.get(effect.task);
    assert.ok(spec !== undefined);
    this.#open.delete(effect.task);
    const right = effect.type === "refuse" || isRightOutput(spec, effect.output);
    if (!right) this.wrongServed.push(effect.task);
    this.endings.push({ task: effect.task, atMs: this.nowMs, effect, right });
  }

  #recordOf(id: string): WorkerRecord {
    return this.#records.get(id) ?? this.#first.get(id) ?? unknownWorker;
  }

  #worker(no: number): SimWorker {
    const worker = this.#workers.get(no);
    assert.ok(worker !== undefined);
    return worker;
  }
}

/** An event without its time. */
export type EventBody = Event extends infer E ? E extends Event ? Omit<E, "nowMs"> : never : never;
