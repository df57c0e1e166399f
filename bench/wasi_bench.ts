// What WASI costs a kernel: deno run -A bench/wasi_bench.ts [--json]. Two kernels that ask for everything are compiled
// and taken in first (the one in C where clang is found), beside the committed ones, which import nothing.
import { execute, type Job } from "../sandbox/abi/execute.ts";
import { instantiate, prepareCore, type PreparedCore } from "../sandbox/abi/exports.ts";
import { meter } from "../sandbox/meter/mod.ts";
import { hostFuel, type TaskIdentity, WasiHost } from "../sandbox/wasi/mod.ts";
import { echo, EXPORTS, kernel } from "../tests/hostile/kernels.ts";
import { kind, op, type } from "../tests/hostile/wasm_builder.ts";
import { compileKernel, type KernelId, withDesk } from "../tests/kernels/machine.ts";
import { have } from "../tests/programs.ts";
import { repositoryRoot } from "../tools/source_files.ts";

/** One kernel's figures: microseconds are medians. */
interface Row {
  readonly kernel: string;
  readonly imports: number;
  readonly componentBytes: number;
  readonly coreBytes: number;
  readonly instanceUs: number;
  readonly runUs: number;
  readonly fuel: number;
}

const FUEL_MAX = 1_000_000_000;
const SAMPLES = 2_000;
const CALLS = 100_000;
const root = repositoryRoot();

async function rowOf(name: string, folder: string): Promise<Row> {
  const [component, core] = await Promise.all(
    ["component.wasm", "core.wasm"].map((file) => Deno.readFile(`${folder}/${file}`)),
  );
  if (component === undefined || core === undefined) throw new Error(`${folder} is no bundle`);
  const prepared = prepareCore(new WebAssembly.Module(core));
  const job = jobOf(prepared);
  const { fuel } = execute(job, (work) => work());
  return {
    kernel: name,
    imports: prepared.imports.length,
    componentBytes: component.length,
    coreBytes: core.length,
    instanceUs: medianUs(() => instantiate(prepared, hostOf(prepared), FUEL_MAX)),
    runUs: medianUs(() => execute(job, (work) => work())),
    fuel,
  };
}

const identity: TaskIdentity = {
  kernel: "ab".repeat(32),
  input: new Uint8Array(0),
  assets: [],
  judged: undefined,
};

function hostOf({ imports }: PreparedCore): WasiHost | undefined {
  return imports.length === 0 ? undefined : new WasiHost(identity, FUEL_MAX);
}

function jobOf(core: PreparedCore): Job {
  return {
    kernel: identity.kernel,
    core,
    memory: undefined,
    input: identity.input,
    assets: [],
    outputBytesMax: 100_000,
    fuelLimit: FUEL_MAX,
    wallMs: 10_000,
  };
}

function medianUs(work: () => unknown): number {
  for (let i = 0; i < SAMPLES / 5; i++) work();
  const samples = Float64Array.from({ length: SAMPLES }, () => {
    const start = performance.now();
    work();
    return (performance.now() - start) * 1000;
  }).sort();
  return samples[SAMPLES / 2] ?? 0;
}

/** Nanoseconds of one call out of a module into the host and back, the loop around it included. */
function callNs(): number {
  const COUNT = 4;
  const calls = [
    ...[...op.i32(CALLS), ...op.set(COUNT), ...op.loop],
    ...[...op.call(0), ...op.drop],
    ...[...op.get(COUNT), ...op.i32(1), ...op.sub, ...op.tee(COUNT), ...op.brIf(0), ...op.end],
    ...echo,
  ];
  const core = kernel({
    run: calls,
    module: {
      rawTypes: [[0x60, 0, 1, type.i64]],
      imports: [{ module: "wasi:clocks/monotonic-clock@0.2.3", name: "now", type: 0 }],
      exports: EXPORTS.map((one) => one.kind === kind.func ? { ...one, index: one.index + 1 } : one),
    },
  });
  const job = jobOf(prepareCore(new WebAssembly.Module(meter(core))));
  const outcome = execute(job, (work) => work());
  if (outcome.fuel < CALLS * hostFuel.call) throw new Error("the calls were not made");
  const runs = Array.from({ length: 30 }, () => execute(job, (work) => work()).computeUs).sort((a, b) =>
    a - b
  );
  return (runs[15] ?? 0) * 1000 / CALLS;
}

async function measured(): Promise<{ readonly rows: Row[]; readonly callNs: number }> {
  const rows: Row[] = [];
  for (const name of ["pathfind", "physics"]) {
    const versions = (await Array.fromAsync(Deno.readDir(`${root}/tasks-as/bundles/${name}`))).map((one) =>
      one.name
    );
    const newest = versions.sort().at(-1);
    rows.push(await rowOf(name, `${root}/tasks-as/bundles/${name}/${newest}`));
  }
  await withDesk(async (desk) => {
    const ids: KernelId[] = await have("clang") ? ["probe-as", "probe-c"] : ["probe-as"];
    for (const id of ids) {
      await compileKernel(desk, id);
      rows.push(await rowOf(id, `${desk.folder}/operator/bundles/${id}/1.0.0`));
    }
  });
  return { rows, callNs: callNs() };
}

const result = await measured();
if (Deno.args.includes("--json")) console.log(JSON.stringify(result));
else {
  console.log("kernel      imports  component B     core B  instance µs    run µs       fuel");
  for (const row of result.rows) {
    const cells = [row.imports, row.componentBytes, row.coreBytes, row.instanceUs, row.runUs, row.fuel];
    const widths = [8, 13, 11, 13, 10, 11];
    const text = cells.map((cell, i) =>
      (i === 3 || i === 4 ? cell.toFixed(1) : String(cell)).padStart(widths[i] ?? 0)
    );
    console.log(`${row.kernel.padEnd(11)}${text.join("")}`);
  }
  console.log(`a call into the host and back: ${result.callNs.toFixed(0)} ns`);
}
