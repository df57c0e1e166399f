// Nothing is paid twice, nothing is paid for a lie that was proven, and no credit is granted before its window closed,
// unless the coordinator is about to stop and has proven the result right.
import type { Work } from "../../../coordinator/ports.ts";
import type { Effect, Event, State } from "../../../coordinator/scheduler/mod.ts";
import { truth } from "../kernels.ts";
import type { Facts } from "./facts.ts";
import { keep, type Rule } from "./rule.ts";

type Move = Effect & { readonly type: "pend" | "grant" | "void" };

interface Claim {
  readonly window: Window;
  readonly fuel: number;
  readonly bytes: number;
  readonly servedMs: number;
  /** What is recomputed to judge it; null for what was not drawn. */
  readonly judgedBy: Work | null;
}

/** The claims of one worker and kernel whose results can still be revoked, and the fuel of those that cannot. */
interface Window {
  readonly claims: Claim[];
  /** Those that have left and are still being judged. */
  held: Claim[];
  bytes: number;
  finalFuel: number;
  /** Fuel of all results that were not taken back, and what was granted for them. */
  soundFuel: number;
  granted: number;
}

/** Watches over charges and credit. */
export class Money implements Rule {
  readonly #facts: Facts;
  /** Fuel claimed and not decided, by worker and who pays. */
  readonly #pending = new Map<string, number>();
  /** Fuel that was charged for claims above what the tasks use, whoever was charged: projects get it back when it is found out. */
  #overclaimed = 0;
  readonly #windows = new Map<string, Window>();
  /** All of them by age, those that left included until they are the oldest; never empty after an answer. */
  #byAge: Claim[] = [];
  #bytes = 0;
  #charged = 0;
  #refunded = 0;
  /** Within one event: fuel of answers that cost something and of what was charged, of peers' results and of their claims. */
  #answers = 0;
  #charges = 0;
  #results = 0;
  #claims = 0;
  #grants: Move[] = [];
  #refunds = 0;
  #owedBack = 0;
  /** Results that somebody paid for, by backend and request, the oldest first: a frame that comes twice asks twice. */
  readonly #paid = new Map<string, { readonly window: Window; readonly fuel: number }[]>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  before(): void {
    this.#answers =
      this.#charges =
      this.#results =
      this.#claims =
        0;
    this.#grants = [];
  }

  effect(state: State, event: Event, effect: Effect): void {
    switch (effect.type) {
      case "reply":
        return this.#answered(state, event.nowMs, effect);
      case "charge":
        this.#charges += effect.fuel;
        this.#charged += effect.fuel;
        return;
      case "refund":
        this.#refunded += effect.fuel;
        this.#refunds += effect.fuel;
        return keep(this.#refunded <= this.#charged, "money", () => "more was refunded than charged");
      case "revoke":
        return this.#takenBack(`${effect.backend}:${effect.request}`);
      case "pend":
      case "grant":
      case "void":
        return this.#moved(effect);
      default:
        return;
    }
  }

  after(state: State, event: Event): void {
    keep(
      this.#answers === this.#charges,
      "money",
      () => `answers of ${this.#answers} fuel cost ${this.#charges}`,
    );
    keep(
      this.#results === this.#claims,
      "money",
      () => `results of ${this.#results} fuel claim ${this.#claims}`,
    );
    const more = this.#refunds - this.#owedBack;
    keep(
      more >= 0 && more <= this.#overclaimed,
      "money",
      () => `${this.#owedBack} is owed back, ${this.#refunds} came`,
    );
    for (const { worker, kernel, fuel } of this.#grants) {
      const window = this.#windowOf(`${worker}:${kernel}`);
      const { windowMs } = state.config.trust;
      for (const claim of window.held.splice(0)) this.#finalise(claim);
      while (window.claims.length > 0 && window.claims[0]!.servedMs + windowMs <= event.nowMs) {
        this.#leave(window);
      }
      window.finalFuel -= fuel;
      window.granted += fuel;
      keep(
        window.finalFuel >= 0 || state.closing,
        "money",
        () => `${worker} was granted credit that can still be revoked, or is still being judged`,
      );
    }
  }

  restarted(): void {
    this.#pending.clear();
    this.#windows.clear();
    this.#paid.clear();
    this.#byAge = [];
    this.#bytes = 0;
  }

  finished(): void {
    for (const [worker, fuel] of this.#pending) {
      keep(fuel === 0, "money", () => `${worker} has ${fuel} fuel pending that nobody decides`);
    }
    for (const [key, { granted, soundFuel }] of this.#windows) {
      keep(
        granted <= soundFuel,
        "money",
        () => `${key} was granted ${granted} fuel, of which ${soundFuel} is sound`,
      );
    }
  }

  #takenBack(name: string): void {
    const paid = this.#paid.get(name)?.shift();
    if (paid === undefined) return;
    this.#owedBack += paid.fuel;
    paid.window.soundFuel -= paid.fuel;
  }

  #answered(state: State, nowMs: number, reply: Effect & { readonly type: "reply" }): void {
    if (reply.verified === "cached") return;
    const spec = this.#facts.specs.get(reply.task);
    if (spec !== undefined) this.#overclaimed += Math.max(0, reply.fuel - truth(spec).fuel);
    const { fuel } = reply;
    this.#answers += fuel;
    if (reply.tier !== "peer") return;
    this.#results += fuel;
    const window = this.#windowOf(`${reply.worker}:${reply.kernel}`);
    window.soundFuel += fuel;
    const name = `${reply.backend}:${reply.request}`;
    const paid = this.#paid.get(name) ?? [];
    this.#paid.set(name, paid);
    paid.push({ window, fuel });
    const bytes = reply.output.length + (this.#facts.specs.get(reply.task)?.input.length ?? 0);
    const answer = this.#facts.drawn.has(reply.output) ? this.#facts.byOutput.get(reply.output) : undefined;
    const claim = { window, fuel, bytes, servedMs: nowMs, judgedBy: answer?.work ?? null };
    window.claims.push(claim);
    window.bytes += bytes;
    this.#bytes += bytes;
    this.#byAge.push(claim);
    const { windowResults, windowBytesMax } = state.config.trust;
    while (window.claims.length > windowResults || window.bytes > windowBytesMax) this.#leave(window);
    for (let oldest = this.#byAge[0]!;; oldest = this.#byAge[0]!) {
      const isIn = oldest.window.claims[0] === oldest;
      if (isIn && this.#bytes <= state.config.windowsBytesMax) break;
      if (isIn) this.#leave(oldest.window);
      this.#byAge.shift();
    }
  }

  #leave(window: Window): void {
    const claim = window.claims.shift()!;
    window.bytes -= claim.bytes;
    this.#bytes -= claim.bytes;
    this.#finalise(claim);
  }

  #finalise(claim: Claim): void {
    const { window, fuel, judgedBy } = claim;
    if (judgedBy !== null && this.#facts.isBeingJudged(judgedBy)) window.held.push(claim);
    else window.finalFuel += fuel;
  }

  #moved(move: Move): void {
    const { worker, fuel, by, type } = move;
    const name = `${worker} by ${by}`;
    const pending = (this.#pending.get(name) ?? 0) + (type === "pend" ? fuel : -fuel);
    keep(pending >= 0, "money", () => `${name}: more is decided than was claimed`);
    this.#pending.set(name, pending);
    if (by === "operator") return;
    if (type === "pend") this.#claims += fuel;
    else if (type === "grant") this.#grants.push(move);
  }

  #windowOf(key: string): Window {
    let window = this.#windows.get(key);
    if (window !== undefined) return window;
    window = { claims: [], held: [], bytes: 0, finalFuel: 0, soundFuel: 0, granted: 0 };
    this.#windows.set(key, window);
    return window;
  }
}
