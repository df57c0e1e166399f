// ctrl-C: the first asks to finish, a later one to stop now. Under `deno task` each press arrives twice.

/** What a press means. */
export type Press = "finish" | "repeat" | "force";

/** How long after the first press another one is still the same. */
const repeatMs = 500;

/** Tells presses of ctrl-C, and other signals to stop, apart. */
export class StopPresses {
  #firstMs: number | undefined;

  /** What the press at `nowMs` means. */
  press(nowMs: number): Press {
    if (this.#firstMs === undefined) {
      this.#firstMs = nowMs;
      return "finish";
    }
    return nowMs - this.#firstMs <= repeatMs ? "repeat" : "force";
  }
}
