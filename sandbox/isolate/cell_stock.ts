// Cells in stock: one is kept warm, so that a slot which lost its cell goes on at once.
import { P2c2rError } from "../../protocol/errors.ts";
import type { Cell, CellKind } from "./cell.ts";
import { readCellMessage } from "./messages.ts";

/**
 * What an operator should hear of. `failed`: a cell could not start. `died`: one ended by itself. `killed`: one was ended
 * because it did not answer in time. `stuck`: the same of a kind that goes on all the same; its core may stay busy until
 * the program ends.
 */
export interface CellEvent {
  readonly type: "failed" | "died" | "killed" | "stuck";
  readonly message: string;
  /** The digest of the kernel that ran in it, if one did. */
  readonly kernel?: string;
}

/** How a stock is set up. */
export interface CellStockOptions {
  readonly kind: CellKind;
  /** Cells that wait, beside those in use. Default 1. */
  readonly spares?: number;
  readonly report?: (event: CellEvent) => void;
  /** How long a cell may take to start. Default 10 s. */
  readonly startMsMax?: number;
}

/** Cells of one kind for any number of isolates. */
export interface CellStock {
  readonly kind: CellKind;
  /** A cell that is ready; nobody else listens to it. @throws {P2c2rError} kernel.environment where none can start */
  take(): Promise<Cell>;
  report(event: CellEvent): void;
  /** Ends the spares. What somebody waits for is theirs. */
  close(): Promise<void>;
}

/** Makes a stock. Nothing starts before the first cell is taken. */
export function createCellStock(options: CellStockOptions): CellStock {
  return new Stock(options);
}

class Stock implements CellStock {
  readonly kind: CellKind;
  readonly #spares = new Set<Starting>();
  readonly #sparesWanted: number;
  readonly #startMsMax: number;
  readonly #report: (event: CellEvent) => void;
  #closed = false;

  constructor(options: CellStockOptions) {
    this.kind = options.kind;
    this.#sparesWanted = options.spares ?? 1;
    this.#startMsMax = options.startMsMax ?? 10_000;
    this.#report = options.report ?? (() => {});
  }

  async take(): Promise<Cell> {
    const [spare] = this.#spares;
    const starting = spare ?? this.#start();
    this.#spares.delete(starting);
    const cell = await starting.ready;
    // A spare is started only behind a cell that started: where none can, this does not try for ever.
    this.#fill();
    return cell;
  }

  report(event: CellEvent): void {
    this.#report(event);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const spares = [...this.#spares];
    this.#spares.clear();
    await Promise.all(spares.map((spare) => spare.close()));
  }

  #fill(): void {
    while (!this.#closed && this.#spares.size < this.#sparesWanted) {
      const spare = this.#start();
      this.#spares.add(spare);
      // Reported already; the next one who takes a cell tries again.
      spare.ready.catch(() => this.#spares.delete(spare));
    }
  }

  #start(): Starting {
    const starting: Starting = new Starting(this.kind, this.#startMsMax, (event) => {
      this.#spares.delete(starting);
      this.#report(event);
    });
    starting.run();
    return starting;
  }
}

/** A cell from its start until somebody takes it. */
class Starting {
  /** The cell when it has said that it is ready. @throws {P2c2rError} kernel.environment */
  readonly ready: Promise<Cell>;
  readonly #kind: CellKind;
  readonly #settle: PromiseWithResolvers<Cell>;
  readonly #report: (event: CellEvent) => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #cell: Cell | undefined;
  #state: "starting" | "ready" | "ended" = "starting";

  constructor(kind: CellKind, startMsMax: number, report: (event: CellEvent) => void) {
    this.#kind = kind;
    this.#report = report;
    this.#settle = Promise.withResolvers<Cell>();
    this.ready = this.#settle.promise;
    this.#timer = setTimeout(() => this.#fail(`it was not ready after ${startMsMax} ms`), startMsMax);
  }

  /** Apart from the constructor: whoever starts it has to know it before it can fail. */
  run(): void {
    try {
      const cell = this.#kind.start();
      this.#cell = cell;
      cell.listen({ message: (message) => this.#hear(cell, message), died: (reason) => this.#fail(reason) });
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends a cell that nobody needs any more, whether it is ready or not. */
  async close(): Promise<void> {
    await this.#end("it is not needed any more");
  }

  #hear(cell: Cell, message: unknown): void {
    if (this.#state !== "starting" || readCellMessage(message, 0)?.type !== "ready") {
      return this.#fail("it said something else than that it is ready");
    }
    clearTimeout(this.#timer);
    this.#state = "ready";
    this.#settle.resolve(cell);
  }

  #fail(message: string): void {
    if (this.#state === "ended") return;
    this.#report({ type: this.#state === "ready" ? "died" : "failed", message });
    void this.#end(message);
  }

  async #end(reason: string): Promise<void> {
    this.#state = "ended";
    clearTimeout(this.#timer);
    this.#settle.reject(new P2c2rError("kernel.environment", `Cannot start a ${this.#kind.name}: ${reason}`));
    await this.#cell?.end();
  }
}
