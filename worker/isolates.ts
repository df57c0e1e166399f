// Isolates over one stock of cells, which can be given back while the worker rests.
import {
  type CellEvent,
  type CellKind,
  type CellStock,
  createCellStock,
  type Isolate,
} from "../sandbox/mod.ts";

/** Makes the isolate of one slot from the shared stock. */
export type CreateIsolate = (stock: CellStock) => Isolate;

/** Makes isolates, all over one stock. */
export class Isolates {
  readonly #kind: CellKind;
  readonly #create: CreateIsolate;
  readonly #report: (event: CellEvent) => void;
  #stock: CellStock | undefined;

  constructor(kind: CellKind, create: CreateIsolate, report: (event: CellEvent) => void) {
    this.#kind = kind;
    this.#create = create;
    this.#report = report;
  }

  /** An isolate for one slot. */
  create(): Isolate {
    this.#stock ??= createCellStock({ kind: this.#kind, report: this.#report });
    return this.#create(this.#stock);
  }

  /** Ends the cells in stock; the next isolate brings a new stock. */
  async rest(): Promise<void> {
    const stock = this.#stock;
    this.#stock = undefined;
    await stock?.close();
  }
}
