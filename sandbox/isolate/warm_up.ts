// A cell's first task is slow: everything that serves it runs for the first time. So a cell has served a few of its own
// before it says that it is ready, and the task behind a lost cell does not pay for the loss.
import { limits } from "../../protocol/limits.ts";
import { lendMemory } from "../bundle/lent_core.ts";
import { SELF_TEST_CORE } from "../proof_core.ts";
import type { Servant } from "./servant.ts";

const KERNEL = "warm-up";
const TASKS = 3;
const INPUT = Uint8Array.of(1);
const PAGES_BYTES = 4;

/** Serves a few tasks whose answers nobody needs. */
export async function warmUp(servant: Servant): Promise<void> {
  const { module: lent, memory } = await lendMemory(Uint8Array.fromHex(SELF_TEST_CORE));
  for (let i = 0; i < TASKS; i++) {
    const { type } = servant.serve({
      type: "run",
      kernel: KERNEL,
      code: i === 0 ? { lent, memory } : undefined,
      input: INPUT,
      assets: [],
      newAssets: [],
      droppedModules: [],
      droppedAssets: [],
      outputBytesMax: PAGES_BYTES,
      fuelLimit: limits.fuelMax,
      wallMs: 10_000,
    });
    if (type !== "output") throw new Error("The cell cannot run a kernel");
    servant.tidy();
  }
  servant.forget(KERNEL);
}
