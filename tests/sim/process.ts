// A process that can stand still and die: whatever reaches it does so only while it lives, and waits while it is frozen.
import type { Agenda } from "./agenda.ts";

/** One run of a program on a simulated machine. */
export class Process {
  readonly #agenda: Agenda;
  #alive = true;
  #frozenUntilMs = 0;
  /** What reaches the world from inside, counted; the process dies right after this many. */
  #outgoing = 0;
  #outgoingMax = Infinity;
  #onDeath: () => void = () => {};

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get frozenUntilMs(): number {
    return this.#frozenUntilMs;
  }

  /** Something reaches the process from outside: now, when it thaws, or never. */
  enter(act: () => void): void {
    if (!this.#alive) return;
    if (this.#frozenUntilMs <= this.#agenda.nowMs) return act();
    this.#agenda.at(this.#frozenUntilMs, () => this.enter(act));
  }

  /** A timer of the process. */
  after(delayMs: number, act: () => void): () => void {
    let isOff = false;
    const callOff = this.#agenda.after(delayMs, () => this.enter(() => isOff || act()));
    return () => {
      isOff = true;
      callOff();
    };
  }

  /** The process does something that the world can see; answers whether it lived to do it. */
  leaves(): boolean {
    if (!this.#alive) return false;
    if (++this.#outgoing < this.#outgoingMax) return true;
    this.kill();
    return false;
  }

  /** It dies instead of doing the nth next thing that the world could see. */
  killBefore(nth: number): void {
    this.#outgoingMax = this.#outgoing + nth;
  }

  /** It stands still for a while. */
  freeze(forMs: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#agenda.nowMs + forMs);
  }

  /** What happens to the world when it dies, before anything else does. */
  onDeath(act: () => void): void {
    this.#onDeath = act;
  }

  /** It is gone without a word. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#agenda.after(0, this.#onDeath);
  }
}
