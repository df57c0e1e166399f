// Workers on probation that have room, in an order in which every network has its turn, however many identities it has.
import type { WorkerKernel } from "./state.ts";

/** A round of networks, each a round of workers. */
export class Newcomers {
  readonly #networks = new Map<string, Set<WorkerKernel>>();
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Lets one in, at the end of its network's line. */
  add(own: WorkerKernel): void {
    const { network } = own.worker.spec;
    let line = this.#networks.get(network);
    if (line === undefined) this.#networks.set(network, line = new Set());
    if (line.has(own)) return;
    line.add(own);
    this.#size++;
  }

  /** Takes one out. */
  delete(own: WorkerKernel): void {
    const { network } = own.worker.spec;
    const line = this.#networks.get(network);
    if (line === undefined || !line.delete(own)) return;
    this.#size--;
    if (line.size === 0) this.#networks.delete(network);
  }

  /** Whose turn it is: the first of the first line; both then go to the end. O(1). */
  next(): WorkerKernel | undefined {
    for (const [network, line] of this.#networks) {
      for (const own of line) {
        line.delete(own);
        line.add(own);
        this.#networks.delete(network);
        this.#networks.set(network, line);
        return own;
      }
    }
    return undefined;
  }
}
