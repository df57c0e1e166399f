// The proof, before any work is taken, that this machine stops a kernel that spins, by the clock and by the meter, and
// bounds one that takes memory.
import type { Bundle } from "./bundle/bundle.ts";
import { compileCore } from "./bundle/core_rules.ts";
import { lendMemory } from "./bundle/lent_core.ts";
import { P2c2rError } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import { METER_VERSION, WEIGHTS_VERSION } from "./meter/mod.ts";
import { createIsolate, type Isolate } from "./isolate/isolate.ts";
import type { CellKind } from "./isolate/cell.ts";
import { createCellStock } from "./isolate/cell_stock.ts";
import type { Outcome } from "./outcome.ts";
import { SELF_TEST_CORE } from "./proof_core.ts";

/** What a self-test that passed has measured. */
export interface SelfTest {
  /** How long the spinning kernel went on after its limit, until its outcome was here, in milliseconds. */
  readonly overrunMs: number;
}

const PAGES_MAX = 4;
const SPIN_MS = 50;
const SPIN_FUEL = 1_000_000;
/** The input that makes the kernel spin. */
const SPIN = new Uint8Array(0);

/**
 * Runs a spinning kernel, twice, and a memory bomb in a cell of the kind that is to be used.
 *
 * @throws {P2c2rError} worker.untested when one of them was not contained, kernel.environment when no cell could start
 */
export async function selfTest(kind: CellKind): Promise<SelfTest> {
  const stock = createCellStock({ kind, spares: 0 });
  const bundle = await selfTestBundle();
  await expectTooLargeRefused(bundle.core);
  const isolate = createIsolate({ stock });
  try {
    // The first task of a cell compiles and starts things; it is not the one that is timed.
    expectPages(await run(isolate, bundle, Uint8Array.of(1)));
    const start = performance.now();
    const spun = await run(isolate, bundle, SPIN);
    const overrunMs = performance.now() - start - SPIN_MS;
    if (spun.type !== "failure" || spun.code !== "kernel.late") {
      throw untested(spun, "stop a kernel that spins");
    }
    const emptied = await run(isolate, bundle, SPIN, SPIN_FUEL);
    if (emptied.type !== "failure" || emptied.code !== "kernel.exhausted" || emptied.fuel !== SPIN_FUEL) {
      throw untested(emptied, "stop a kernel whose fuel is used up");
    }
    expectPages(await run(isolate, bundle, Uint8Array.of(1)));
    return { overrunMs };
  } finally {
    await isolate.close();
    await stock.close();
  }
}

async function selfTestBundle(): Promise<Bundle> {
  const core = Uint8Array.fromHex(SELF_TEST_CORE);
  return {
    digest: "self-test",
    manifest: {
      format: 1,
      id: "self-test",
      version: "1.0.0",
      release: 1,
      engine: "wasm",
      abi: "p2c2r:kernel@1.0.0",
      meter: { version: METER_VERSION, weights: WEIGHTS_VERSION, nan: "canonical" },
      limits: {
        memoryPages: PAGES_MAX,
        inputBytesMax: 1,
        outputBytesMax: 4,
        assetsMax: 0,
        assetBytesMax: 0,
        fuelMax: limits.fuelMax,
        checkFuelMax: 1,
        wallMsMax: 2_000,
      },
      detection: 0,
      imports: [],
      files: { "component.wasm": "", "core.wasm": "" },
    },
    manifestBytes: new Uint8Array(0),
    signature: new Uint8Array(0),
    signedBy: "self-test",
    core,
    module: await compileCore(core, PAGES_MAX),
    lent: await lendMemory(core),
  };
}

async function run(
  isolate: Isolate,
  bundle: Bundle,
  input: Uint8Array,
  fuelLimit: number = limits.fuelMax,
): Promise<Outcome> {
  const isWatched = input.length === 0 && fuelLimit === limits.fuelMax;
  const wallMs = isWatched ? SPIN_MS : bundle.manifest.limits.wallMsMax;
  const outcome = await isolate.run({ bundle, input, assets: [], fuelLimit, wallMs });
  if (outcome.type === "output" || outcome.code !== "kernel.environment") return outcome;
  throw new P2c2rError("kernel.environment", `Cannot test the sandbox: ${outcome.message}`);
}

function expectPages(outcome: Outcome): void {
  const isRight = outcome.type === "output" && outcome.output.length === 4 &&
    new DataView(outcome.output.buffer).getUint32(0, true) === PAGES_MAX;
  if (!isRight) throw untested(outcome, "bound a kernel's memory, or run one right");
}

async function expectTooLargeRefused(core: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await compileCore(core, PAGES_MAX - 1);
  } catch (error) {
    if (error instanceof P2c2rError && error.code === "bundle.memory") return;
    throw error;
  }
  throw new P2c2rError("worker.untested", "Cannot take work: a kernel may declare more memory than allowed");
}

function untested(outcome: Outcome, what: string): P2c2rError {
  const seen = outcome.type === "output" ? `${outcome.output.length} bytes of output` : outcome.code;
  return new P2c2rError("worker.untested", `Cannot take work: this machine did not ${what} (${seen})`);
}
