// A kernel on two whole workers of a coordinator, one with threads and one with processes: what each of them answers.
import type { Bundle, Pins } from "../../sandbox/mod.ts";
import { P2c2rError } from "../../sdk/mod.ts";
import { assert } from "../deps.ts";
import { runTask, withFleet } from "../fleet/fleet.ts";

/** What a task came to; `from`: who computed it. */
export interface Answer {
  readonly said: { readonly output: Uint8Array; readonly fuel: number } | {
    readonly code: string;
    readonly message: string;
  };
  readonly from: string | null;
}

/**
 * Runs the tasks on one worker and then on another one, each trusted before and each answer computed again by the
 * coordinator and compared, fuel included. `next` makes tasks to earn trust by.
 */
export async function onTwoWorkers(
  bundle: Bundle,
  pins: Pins,
  inputs: readonly Uint8Array[],
  next: () => Uint8Array<ArrayBuffer>,
): Promise<Answer[][]> {
  const answers: Answer[][] = [];
  const work = { kernel: bundle.manifest.id, asset: null, next };
  await withFleet({ kernels: { bundles: [bundle], pins } }, async (fleet) => {
    for (const isolate of ["thread", "process"] as const) {
      // A project of its own: what another one was answered is not in its cache.
      const client = await fleet.connect((await fleet.project(isolate)).key);
      const worker = await fleet.join(isolate, undefined, undefined, { isolate });
      await fleet.trustAll(client, work);
      const given: Answer[] = [];
      for (const input of inputs) {
        const answer = await runTask(client, work, input, "always").then(
          ({ output, fuel, source }): Answer => ({ said: { output, fuel }, from: source }),
          (error: unknown): Answer => {
            assert.ok(error instanceof P2c2rError, String(error));
            return { said: { code: error.code, message: error.message }, from: null };
          },
        );
        given.push(answer);
      }
      answers.push(given);
      const { trust, workers } = await fleet.status();
      assert.deepEqual([trust.caught, trust.checksFailed, trust.revoked], [0, 0, 0]);
      assert.deepEqual(workers.map(({ id }) => id), [worker.worker]);
      worker.command({ type: "finish", reason: "the other one's turn", withinMs: 10_000 });
      await worker.ended;
    }
  });
  return answers;
}
