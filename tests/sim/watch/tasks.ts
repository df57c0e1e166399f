// Every task ends exactly once, by its deadline, with an answer that its provenance vouches for.
import type { Work } from "../../../coordinator/ports.ts";
import { Heap } from "../../../coordinator/scheduler/heap.ts";
import type { Effect, Event, State, TaskSpec } from "../../../coordinator/scheduler/mod.ts";
import { isRightOutput, truth } from "../kernels.ts";
import { type Facts, nameOf } from "./facts.ts";
import { keep, type Rule } from "./rule.ts";

/** How late the alarm of a process that does not stand still may go off. */
export const boundMs = 2;

type Reply = Effect & { readonly type: "reply" };

/** Watches over tasks. */
export class Tasks implements Rule {
  readonly #facts: Facts;
  readonly #open = new Map<number, TaskSpec>();
  readonly #due = new Heap<TaskSpec>();
  /** What each key was answered with, bytes and fuel; keys are project and identity. */
  readonly #given = new Map<string, Set<string>>();
  /** Requests that got other bytes than the right ones, by backend and request. */
  readonly wrong = new Map<string, { readonly spec: TaskSpec; times: number }>();
  /** Answers so far, by tier; wrong ones by whoever gave them. */
  readonly served = { peer: 0, cloud: 0, local: 0 };

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Tasks that have not ended. */
  get open(): number {
    return this.#open.size;
  }

  before(_state: State, event: Event): void {
    if (event.type !== "submitted") return;
    this.#open.set(event.spec.task, event.spec);
    this.#due.push(event.spec.dueMs, event.spec);
  }

  effect(_state: State, event: Event, effect: Effect): void {
    if (effect.type !== "reply" && effect.type !== "refuse") return;
    const spec = this.#open.get(effect.task);
    keep(
      spec !== undefined,
      "one end",
      () => `task ${effect.task} ended twice or never began (${effect.type})`,
    );
    this.#open.delete(effect.task);
    const untilMs = Math.max(spec.dueMs, this.#facts.frozenUntilMs) + boundMs;
    keep(
      event.nowMs <= untilMs,
      "deadline",
      () => `task ${spec.task} ended ${event.nowMs - spec.dueMs} ms late`,
    );
    if (effect.type === "reply") this.#answered(spec, effect);
    else this.#refused(spec, effect);
  }

  after(_state: State, event: Event): void {
    for (let first = this.#due.peek(); first !== undefined; first = this.#due.peek()) {
      const isOpen = this.#open.get(first.task) === first;
      if (isOpen && Math.max(first.dueMs, this.#facts.frozenUntilMs) + boundMs >= event.nowMs) return;
      keep(
        !isOpen,
        "deadline",
        () => `task ${first.task} is open ${event.nowMs - first.dueMs} ms after its deadline`,
      );
      this.#due.pop();
    }
  }

  restarted(): void {
    this.#open.clear();
    this.#given.clear();
    this.wrong.clear();
    while (this.#due.size > 0) this.#due.pop();
  }

  finished(state: State): void {
    const left = { open: this.#open.size, tasks: state.tasks.size, merged: state.merged.size };
    const sum = left.open + left.tasks + left.merged + state.merging.size + state.orphans.length;
    keep(sum === 0, "drains", () => `tasks are left: ${JSON.stringify(left)}`);
  }

  #answered(spec: TaskSpec, reply: Reply): void {
    keep(reply.backend === spec.backend && reply.request === spec.request, "one end", () => {
      return `the answer to task ${spec.task} goes to somebody else`;
    });
    this.served[reply.tier]++;
    const right = isRightOutput(spec, reply.output);
    if (!right) this.#wronged(spec);
    this.#vouched(spec, reply, right);
    const key = `${spec.project}:${spec.identity}`;
    const given = this.#given.get(key);
    const answer = `${reply.output} for ${reply.fuel}`;
    if (reply.verified === "cached") {
      keep(given?.has(answer) === true, "provenance", () => {
        return `task ${spec.task} was answered from a cache that never had these bytes for so much fuel`;
      });
    } else if (given === undefined) this.#given.set(key, new Set([answer]));
    else given.add(answer);
    const tags = reply.worker === null ? [] : this.#facts.tags.get(reply.worker) ?? [];
    // Bytes that are proven right are nobody's any more.
    const isProven = reply.tier === "cloud" || this.#facts.proven.has(nameOf(spec));
    const isNobodys = reply.verified === "cached" && isProven;
    const barred = spec.exclude.some((tag) => tags.includes(tag)) && !isNobodys;
    keep(!barred, "exclusion", () => `task ${spec.task} was answered with bytes of a worker it excludes`);
  }

  /** A request that is repeated, because its answer was lost on the way, can be answered wrongly more than once. */
  #wronged(spec: TaskSpec): void {
    const name = `${spec.backend}:${spec.request}`;
    const before = this.wrong.get(name);
    if (before === undefined) this.wrong.set(name, { spec, times: 1 });
    else before.times++;
  }

  #vouched(spec: TaskSpec, reply: Reply, right: boolean): void {
    // What is proven is paid exactly.
    const measured = reply.verified === "rechecked" || reply.verified === "trusted";
    keep(!measured || reply.fuel === truth(spec).fuel, "fuel", () => {
      return `task ${spec.task} was answered for ${reply.fuel} fuel, and uses ${truth(spec).fuel}`;
    });
    const shaken = [...this.#facts.unreliable].some((work) => sameWork(work, spec));
    const recomputed = reply.worker === null || reply.tier === "cloud" ||
      this.#facts.proven.has(nameOf(spec));
    keep(recomputed || spec.verify !== "always" || shaken, "provenance", () => {
      return `task ${spec.task} asks for a recheck, and nobody recomputed what it got`;
    });
    const proven = reply.verified === "rechecked" || reply.verified === "trusted" || spec.verify === "always";
    keep(right || !proven || shaken, "provenance", () => {
      return `task ${spec.task} (${spec.verify}) got wrong bytes as "${reply.verified}" from ${reply.tier}`;
    });
    if (reply.verified !== "checked" && reply.verified !== "rechecked") return;
    const answer = this.#facts.byOutput.get(reply.output);
    keep(
      answer !== undefined && answer.worker === reply.worker && reply.tier === "peer",
      "provenance",
      () => {
        return `the bytes for task ${spec.task} are not what ${reply.worker} answered`;
      },
    );
    if (reply.verified === "checked") this.#bounded(spec, reply.fuel, answer.outcome.fuel);
    keep(answer.forTask, "provenance", () => `task ${spec.task} was answered with a shadow's bytes`);
    keep(reply.verified === "rechecked" || answer.passed, "provenance", () => {
      return `task ${spec.task} was answered with bytes that passed no check`;
    });
    keep(reply.verified === "rechecked" || spec.verify !== "always", "provenance", () => {
      return `task ${spec.task} asks for a recheck and got a check`;
    });
  }

  /** A claim that nobody has recomputed is paid within what such tasks were measured to use, and in full where it is less. */
  #bounded(spec: TaskSpec, fuel: number, claimed: number): void {
    const { least, most } = this.#facts.fuelOf(spec) ?? { least: 0, most: 0 };
    keep(fuel <= claimed && fuel <= most, "fuel", () => {
      return `task ${spec.task} was answered for ${fuel} fuel, of ${claimed} claimed and at most ${most} measured`;
    });
    keep(fuel === claimed || claimed > least, "fuel", () => {
      return `task ${spec.task} was answered for ${fuel} fuel, though no such task needs less than ${least} and ${claimed} was claimed`;
    });
  }

  #refused(spec: TaskSpec, refusal: Effect & { readonly type: "refuse" }): void {
    if (refusal.code !== "kernel.refused") return;
    const right = truth(spec);
    const shaken = [...this.#facts.unreliable].some((work) => sameWork(work, spec));
    keep(shaken || right.type === "failure", "provenance", () => {
      return `task ${spec.task} was refused in the kernel's name, and the kernel refuses nothing`;
    });
  }
}

function sameWork(a: Work, b: Work): boolean {
  return nameOf(a) === nameOf(b);
}
