// Work goes only to whom it may go, never more than they can hold, and no attempt counts twice.
import type { Effect, Event, State, TaskSpec } from "../../../coordinator/scheduler/mod.ts";
import type { Attempt, Task } from "../../../coordinator/scheduler/state.ts";
import type { Facts } from "./facts.ts";
import { keep, type Rule } from "./rule.ts";

type Assign = Effect & { readonly type: "assign" };

/** Watches over attempts and slots. */
export class Leases implements Rule {
  readonly #facts: Facts;
  /** Attempts by number: taken once they were answered. */
  readonly #attempts = new Map<number, { readonly fence: number; readonly worker: number; taken: boolean }>();
  readonly #fences = new WeakMap<Task, number>();
  readonly #helpers = new WeakMap<Task, Set<string>>();
  readonly #ready = new Set<string>();
  readonly #answered = new Set<number>();
  readonly #running = new Set<number>();
  #firsts = 0;
  /** The attempt that the event at hand is about, when it must have no effect. */
  #stale: number | null = null;
  #staysOut: Attempt | null = null;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  before(state: State, event: Event): void {
    this.#stale = null;
    this.#staysOut = null;
    if (event.type === "kernelReady") {
      const key = `${event.worker}:${event.kernel}`;
      if (event.ready) this.#ready.add(key);
      else this.#ready.delete(key);
    } else if (event.type === "computed") this.#running.delete(event.run);
    else if (event.type === "answered" || event.type === "handedBack") {
      const attempt = this.#attempts.get(event.attempt);
      const sound = attempt?.fence === event.fence && attempt.worker === event.worker && !attempt.taken;
      if (sound) attempt.taken = true;
      else {
        this.#stale = event.attempt;
        const out = state.attempts.get(event.attempt);
        this.#staysOut = out?.state === "out" ? out : null;
      }
      if (event.type === "answered") this.#answered.add(event.worker);
    }
  }

  effect(state: State, event: Event, effect: Effect): void {
    switch (effect.type) {
      case "assign":
        return this.#assign(state, event, effect);
      case "compute":
        this.#running.add(effect.run);
        return keep(this.#running.size <= state.config.localSlots, "capacity", () => {
          return `${this.#running.size} runs of trusted compute on ${state.config.localSlots} slots`;
        });
      case "check":
      case "audit":
        return keep(effect.attempt === 0 || effect.attempt !== this.#stale, "one fence", () => {
          return `attempt ${effect.attempt} was taken twice, or with another fence`;
        });
      default:
        return;
    }
  }

  after(state: State): void {
    keep(this.#staysOut === null || this.#staysOut.state === "out", "one fence", () => {
      return `attempt ${this.#stale} was ended by somebody whose it is not`;
    });
    const { hedges } = state.counters;
    const { hedgeBurst, hedgeShare } = state.config;
    keep(hedges <= hedgeBurst + hedgeShare * this.#firsts + 1e-6, "hedge budget", () => {
      return `${hedges} hedges for ${this.#firsts} tasks`;
    });
  }

  restarted(): void {
    this.#attempts.clear();
    this.#ready.clear();
    this.#answered.clear();
    this.#running.clear();
    this.#firsts = 0;
  }

  finished(state: State, nowMs: number): void {
    const { runs, runsRunning, urgentWaiting, judgementsWaiting } = state;
    // What a very slow worker was given long ago may still be waited for, within its own bounds.
    const attempts = [...state.attempts.values()].filter((each) =>
      each.state !== "out" || each.abandonMs < nowMs
    );
    const left = {
      runs: runs.size,
      attempts: attempts.length,
      runsRunning,
      urgentWaiting,
      judgementsWaiting,
    };
    const sum = Object.values(left).reduce((total, each) => total + each, 0);
    keep(sum === 0 && this.#running.size === 0, "drains", () => `work is left: ${JSON.stringify(left)}`);
  }

  #assign(state: State, event: Event, { attempt, fence, worker, work, budgetMs, leaseMs }: Assign): void {
    keep(!this.#attempts.has(attempt), "one fence", () => `attempt ${attempt} was given twice`);
    this.#attempts.set(attempt, { fence, worker, taken: false });
    const session = state.workers.get(worker);
    keep(session !== undefined && session.connected && !session.paused, "eligibility", () => {
      return `attempt ${attempt} went to session ${worker}, which is away`;
    });
    keep(this.#ready.has(`${worker}:${work.kernel}`), "eligibility", () => {
      return `session ${worker} is not ready for kernel ${work.kernel}`;
    });
    const mostMs = state.attempts.get(attempt)?.task?.spec.dueMs;
    keep(mostMs === undefined || budgetMs <= Math.max(1, mostMs - event.nowMs + 1), "eligibility", () => {
      return `attempt ${attempt} has ${budgetMs} ms, its task less`;
    });
    keep(leaseMs > 0 && budgetMs > 0, "eligibility", () => `attempt ${attempt} has no time`);
    const untried = !this.#answered.has(worker);
    // Who comes back has the quota it left with.
    const quota = Math.max(state.config.quotaFirst, session.peer.quota ?? 0);
    const most = untried ? Math.min(session.window, quota) : session.window;
    keep(
      session.attempts.length <= most,
      "capacity",
      () => `session ${worker} holds ${session.attempts.length} of ${most}`,
    );
    const tags = this.#facts.sessions.get(worker)?.tags ?? [];
    const barred = (work as TaskSpec).exclude.some((tag) => tags.includes(tag));
    keep(!barred, "exclusion", () => `attempt ${attempt} went to a worker that its task excludes`);
    const task = state.attempts.get(attempt)?.task;
    if (task) this.#ofTask(task, session.peer.id, fence);
  }

  #ofTask(task: Task, helper: string, fence: number): void {
    if (fence === 1) this.#firsts++;
    const before = this.#fences.get(task) ?? 0;
    keep(fence > before, "one fence", () => `task ${task.spec.task} got fence ${fence} after ${before}`);
    this.#fences.set(task, fence);
    let helpers = this.#helpers.get(task);
    if (helpers === undefined) this.#helpers.set(task, helpers = new Set());
    keep(!helpers.has(helper), "eligibility", () => `task ${task.spec.task} went to ${helper} twice`);
    helpers.add(helper);
  }
}
