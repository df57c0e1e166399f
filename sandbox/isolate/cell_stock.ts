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
  /** Ends those that wait. */
  close(): Promise<void>;
}

/** Makes a stock. Nothing starts before the first cell is taken. */
export function createCellStock(options: CellStockOptions): CellStock {
  return new Stock(options);
}

class Stock implements CellStock {
  readonly kind: CellKind;
  readonly #spares = new Set<Promise<Cell>>();
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
    if (spare !== undefined) this.#spares.delete(spare);
    const taken = spare ?? this.#startReady();
    // A spare is started only behind a cell that started: where none can, this does not try for ever.
    const cell = await taken;
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
    await Promise.all(spares.map((spare) =>
      spare.then((cell) => cell.end(), () => {
        // It never started, which was reported then.
      })
    ));
  }

  #fill(): void {
    while (!this.#closed && this.#spares.size < this.#sparesWanted) this.#addSpare();
  }

  #addSpare(): void {
    const spare: Promise<Cell> = this.#startReady(() => this.#spares.delete(spare));
    this.#spares.add(spare);
    // Reported already; the next one who takes a cell tries again.
    spare.catch(() => this.#spares.delete(spare));
  }

  #startReady(diedWaiting: () => void = () => {}): Promise<Cell> {
    const { promise, resolve, reject } = Promise.withResolvers<Cell>();
    const start = new Starting(this.#startMsMax, (type, message) => {
      diedWaiting();
      this.#report({ type, message });
      reject(new P2c2rError("kernel.environment", `Cannot start a ${this.kind.name}: ${message}`));
    });
    start.run(this.kind, resolve);
    return promise;
  }
}

/** A cell from its start until somebody takes it. */
class Starting {
  readonly #ended: (type: "failed" | "died", message: string) => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #cell: Cell | undefined;
  #state: "starting" | "ready" | "ended" = "starting";

  constructor(startMsMax: number, ended: (type: "failed" | "died", message: string) => void) {
    this.#ended = ended;
    this.#timer = setTimeout(() => this.#end(`it was not ready after ${startMsMax} ms`), startMsMax);
  }

  run(kind: CellKind, ready: (cell: Cell) => void): void {
    try {
      const cell = kind.start();
      this.#cell = cell;
      cell.listen({
        message: (message) => {
          if (readCellMessage(message, 0)?.type !== "ready") {
            return this.#end("it said something else than that it is ready");
          }
          clearTimeout(this.#timer);
          this.#state = "ready";
          ready(cell);
        },
        died: (reason) => this.#end(reason),
      });
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #end(reason: string): void {
    if (this.#state === "ended") return;
    const type = this.#state === "ready" ? "died" : "failed";
    this.#state = "ended";
    clearTimeout(this.#timer);
    void this.#cell?.end();
    this.#ended(type, reason);
  }
}
