// Which kernel the last answers came from, in case they are revoked.
import type { KernelHandle } from "./_kernel_table.ts";

/** So many request numbers back. */
const answersKept = 32_768;

/** A ring over request numbers, which only grow. */
export class Answered {
  readonly #nos = new Float64Array(answersKept);
  readonly #kernels: (KernelHandle | undefined)[] = [];

  /** Remembers an answer; the one `answersKept` numbers before it is forgotten. Numbers start at 1. */
  set(no: number, kernel: KernelHandle): void {
    this.#nos[no % answersKept] = no;
    this.#kernels[no % answersKept] = kernel;
  }

  /** The kernel of an answer that is still remembered. */
  get(no: number): KernelHandle | undefined {
    return this.#nos[no % answersKept] === no ? this.#kernels[no % answersKept] : undefined;
  }
}
