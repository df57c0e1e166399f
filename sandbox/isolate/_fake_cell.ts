// For tests of what stands around cells.
import type { Cell, CellListener } from "./cell.ts";
import type { RunMessage } from "./messages.ts";

/** A cell that is ready at once, or cannot start, and answers when the test says so. */
export class FakeCell implements Cell {
  readonly posted: RunMessage[] = [];
  listener: CellListener | undefined;
  ended = false;
  readonly #error: string | undefined;

  constructor(error: string | undefined) {
    this.#error = error;
  }

  post(message: RunMessage): void {
    this.posted.push(message);
  }

  listen(listener: CellListener): void {
    const isFirst = this.listener === undefined;
    this.listener = listener;
    if (this.#error !== undefined) listener.died(this.#error);
    else if (isFirst) listener.message({ type: "ready" });
  }

  end(): Promise<void> {
    this.ended = true;
    return Promise.resolve();
  }

  answer(): void {
    const output = Uint8Array.of(9);
    this.listener?.message({ type: "outcome", outcome: { type: "output", output, fuel: 106, computeUs: 5 } });
  }
}
