// Runs a kernel of the bundles as a worker would, for its author: the outcome, what it used, what it printed, and what
// its own check says of the answer.
import { parseArgs } from "node:util";
import { P2c2rError } from "../protocol/errors.ts";
import {
  type Asset,
  type Bundle,
  createCellStock,
  createIsolate,
  createPool,
  loadInstalled,
  type Outcome,
  threads,
} from "../sandbox/mod.ts";
import { bundlesByDefault, dataByDefault, typed } from "./operator_paths.ts";
import { readSigners } from "./signers.ts";

const USAGE = `Runs a kernel: deno task kernels:try ID/VERSION [options]
  ID/VERSION      a bundle that is signed
  --input FILE    its input (default: no bytes)
  --asset FILE    an asset; may be repeated
  --output FILE   where its output goes (default: it is only described)
  --bundles DIR   where bundles are (default: $P2C2R_BUNDLES, or those of this project)
  --data DIR      the operator's data folder (default: $P2C2R_DATA, or data)`;

const EXIT = { failed: 1, usage: 64, noInput: 66, config: 78 } as const;
/** The seed of the check: any will do for an author. */
const SEED = 1n;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      "input": { type: "string" },
      "asset": { type: "string", multiple: true, default: [] },
      "output": { type: "string" },
      "bundles": { type: "string" },
      "data": { type: "string" },
      "help": { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) {
    console.error(`Give one ID/VERSION, not ${positionals.length}\n${USAGE}`);
    return EXIT.usage;
  }
  const bundlesDir = values.bundles === undefined ? bundlesByDefault() : typed(values.bundles);
  const dataDir = values.data === undefined ? dataByDefault() : typed(values.data);
  const bundle = await findBundle(name, bundlesDir, dataDir);
  const input = values.input === undefined ? new Uint8Array(0) : await Deno.readFile(typed(values.input));
  const assets = await Promise.all(values.asset.map((path) => readAsset(typed(path))));
  const outcome = await run(bundle, input, assets);
  describe(outcome);
  if (outcome.type === "failure") return EXIT.failed;
  await describeCheck(bundle, input, assets, outcome.output);
  if (values.output !== undefined) await Deno.writeFile(typed(values.output), outcome.output);
  return 0;
}

async function findBundle(name: string, bundlesDir: string, dataDir: string): Promise<Bundle> {
  const pins = await readSigners(dataDir);
  const { bundles, skipped } = await loadInstalled(bundlesDir, `${dataDir}/signatures`, pins);
  const found = bundles.find(({ manifest }) => `${manifest.id}/${manifest.version}` === name);
  if (found !== undefined) return found;
  const why = skipped.find((one) => one.name === name)?.reason ?? `${bundlesDir} has no bundle of that name`;
  throw new P2c2rError("config.invalid", `Cannot run ${name}: ${why}`, {
    hint: "Take it in with deno task kernels:import, or sign it with deno task kernels:sign.",
  });
}

async function readAsset(path: string): Promise<Asset> {
  const bytes = await Deno.readFile(path);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  return { digest, bytes };
}

async function run(bundle: Bundle, input: Uint8Array, assets: readonly Asset[]): Promise<Outcome> {
  const stock = createCellStock({ kind: threads, spares: 0 });
  const isolate = createIsolate({ stock });
  const { fuelMax, wallMsMax } = bundle.manifest.limits;
  try {
    return await isolate.run({ bundle, input, assets, fuelLimit: fuelMax, wallMs: wallMsMax });
  } finally {
    await isolate.close();
    await stock.close();
  }
}

function describe(outcome: Outcome): void {
  const { fuel, computeUs, printed } = outcome;
  console.log(
    outcome.type === "output"
      ? `output: ${outcome.output.length} bytes ${outcome.output.subarray(0, 32).toHex()}`
      : `${outcome.code}: ${outcome.message}`,
  );
  console.log(`fuel: ${fuel}, time: ${(computeUs / 1000).toFixed(1)} ms`);
  if (printed === undefined) return;
  console.log(`printed${printed.droppedBytes > 0 ? ` (and ${printed.droppedBytes} bytes more)` : ""}:`);
  for (const line of printed.text.trimEnd().split("\n")) {
    console.log(`  ${line.replaceAll(/[^ -~\u00a0-\uffff]/g, "?")}`);
  }
}

async function describeCheck(
  bundle: Bundle,
  input: Uint8Array,
  assets: readonly Asset[],
  output: Uint8Array,
): Promise<void> {
  const pool = createPool({ slots: 0 });
  try {
    const verdict = pool.check(bundle, input, assets, output, SEED, true);
    console.log(`check: ${verdict.type}${verdict.type === "passed" ? "" : `: ${verdict.message}`}`);
  } finally {
    await pool.close();
  }
}

/** Says what went wrong, and returns the exit code. */
function complain(error: unknown): number {
  if (error instanceof P2c2rError) {
    console.error(`${error.message}\n${error.hint}`);
    return EXIT.config;
  }
  const { message, code } = error as { message?: string; code?: string };
  if (code?.startsWith("ERR_PARSE_ARGS") === true) {
    console.error(`${message}\n${USAGE}`);
    return EXIT.usage;
  }
  console.error(`Cannot run the kernel: a file cannot be used: ${message ?? error}`);
  return EXIT.noInput;
}

if (import.meta.main) {
  let code: number;
  try {
    code = await main(Deno.args);
  } catch (error) {
    code = complain(error);
  }
  Deno.exit(code);
}
