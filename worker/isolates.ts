// Isolates over one stock of threads, which can be given back while the worker rests.
import { createThreadStock, type Isolate, type ThreadEvent, type ThreadStock } from "../sandbox/mod.ts";

/** Makes the isolate of one slot from the shared stock. */
export type CreateIsolate = (stock: ThreadStock) => Isolate;

/** Makes isolates, all over one stock. */
export class Isolates {
  readonly #create: CreateIsolate;
  readonly #report: (event: ThreadEvent) => void;
  #stock: ThreadStock | undefined;

  constructor(create: CreateIsolate, report: (event: ThreadEvent) => void) {
    this.#create = create;
    this.#report = report;
  }

  /** An isolate for one slot. */
  create(): Isolate {
    this.#stock ??= createThreadStock({ report: this.#report });
    return this.#create(this.#stock);
  }

  /** Ends the threads in stock; the next isolate brings a new stock. */
  rest(): void {
    this.#stock?.close();
    this.#stock = undefined;
  }
}
