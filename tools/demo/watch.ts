// The demo's eye on its coordinator: who is trusted, caught, paid.
import { P2c2rError } from "../../protocol/mod.ts";
import type { StatusReport } from "../../coordinator/app/mod.ts";
import type { DemoWorker } from "./cast.ts";
import { type Operator, statusOf } from "./operator.ts";
import type { WorkerSummary } from "./summary.ts";

const pollMs = 250;
/** The kernels that the demo's backend asks for; nobody earns trust with the others. */
const playedKernels = ["pathfind", "physics"] as const;

/** Looks at the coordinator now and then, remembers what workers it saw, and tells the liar when it may begin. */
export class Watch {
  readonly ids: readonly string[];
  readonly #operator: Operator;
  readonly #workers: readonly DemoWorker[];
  readonly #seen = new Map<string, WorkerSummary>();
  #stopped = false;
  #lying = false;
  liarGrantedWhenCaught: number | null = null;
  revoked = 0;
  news: string | null = null;

  constructor(operator: Operator, workers: readonly DemoWorker[], ids: readonly string[]) {
    this.#operator = operator;
    this.#workers = workers;
    this.ids = ids;
  }

  async untilReady(withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const { workers } = await this.look();
      const ready = workers.filter((worker) =>
        worker.kernels.length >= 2 && worker.kernels.every((each) => each.ready)
      );
      if (ready.length === this.#workers.length) return;
      if (performance.now() > untilMs) {
        const words = this.#workers.map((worker) => `${worker.label}: ${worker.member.lastWords}`).join("\n");
        throw new P2c2rError(
          "task.deadline",
          `Cannot start demo: workers were not ready in ${withinMs} ms\n${words}`,
        );
      }
      await pause(pollMs / 5);
    }
  }

  async poll(): Promise<void> {
    while (!this.#stopped) {
      await pause(pollMs);
      await this.look();
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Asks once and remembers. */
  async look(): Promise<StatusReport> {
    const status = await statusOf(this.#operator);
    for (const worker of status.workers) {
      const at = this.ids.indexOf(worker.id);
      const member = this.#workers[at];
      if (member === undefined) continue;
      const before = this.#seen.get(worker.id);
      const quarantined = before?.quarantined === true || worker.quarantinedForMs > 0;
      const creditGranted = worker.credit?.granted ?? before?.creditGranted ?? 0;
      const results = Math.max(worker.answered, before?.results ?? 0);
      this.#seen.set(worker.id, { id: worker.id, role: member.role, results, quarantined, creditGranted });
      if (member.role !== "liar") continue;
      const played = worker.kernels.filter(({ kernel }) => isPlayed(kernel));
      if (!this.#lying && played.length >= 2 && played.every((each) => each.stage === "trusted")) {
        this.#lying = true;
        this.news = "The liar is trusted with both kernels now, and begins to lie in one of five results.";
        await member.member.tell("lie");
      }
      if (quarantined && this.liarGrantedWhenCaught === null) {
        this.liarGrantedWhenCaught = creditGranted;
        this.news = `The liar was caught and gets no more work: ${worker.reason}.`;
      }
    }
    return status;
  }

  summary(): WorkerSummary[] {
    return this.ids.map((id, at) =>
      this.#seen.get(id) ??
        { id, role: this.#workers[at]!.role, results: 0, quarantined: false, creditGranted: 0 }
    );
  }
}

function isPlayed(kernel: string): boolean {
  return playedKernels.some((id) => kernel.startsWith(`${id}@`));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
