// Kernels that ask WASI for everything it has: what they see is a function of their task, the same bytes and the same
// fuel in every isolate of every process, and nothing of the machine.
import { kernelCore } from "../../sandbox/component/mod.ts";
import {
  type Bundle,
  type CellKind,
  createCellStock,
  createIsolate,
  loadInstalled,
  type Outcome,
  processes,
  threads,
} from "../../sandbox/mod.ts";
import { PRINTED_BYTES_MAX } from "../../sandbox/wasi/mod.ts";
import { RandomStreams, stream } from "../../sandbox/wasi/random.ts";
import { repositoryRoot } from "../../tools/source_files.ts";
import { readSigners } from "../../tools/signers.ts";
import { assert } from "../deps.ts";
import { have } from "../programs.ts";
import { compareBothWays } from "./linked.ts";
import { compileKernel, type Desk, type KernelId, withDesk } from "./machine.ts";
import { onTwoWorkers } from "./on_workers.ts";

const root = repositoryRoot();
const clang = await have("clang") && await have("wasm-ld");

/** What the first byte of an input tells the kernels to do. */
const tell = { look: 0, flood: 1, exitWell: 2, exitBadly: 3, abort: 4, sleep: 5 } as const;

/** Compiles a kernel, takes it in, and gives its bundle. */
async function built(desk: Desk, id: KernelId): Promise<Bundle> {
  await compileKernel(desk, id);
  const at = `${desk.folder}/operator`;
  const pins = await readSigners(`${at}/data`);
  const { bundles } = await loadInstalled(`${at}/bundles`, `${at}/data/signatures`, pins);
  const bundle = bundles.find(({ manifest }) => manifest.id === id);
  assert.ok(bundle !== undefined);
  return bundle;
}

async function componentOf({ folder }: Desk, id: KernelId): Promise<Uint8Array> {
  return await Deno.readFile(`${folder}/operator/bundles/${id}/1.0.0/component.wasm`);
}

async function runIn(kind: CellKind, bundle: Bundle, inputs: readonly Uint8Array[]): Promise<Outcome[]> {
  const stock = createCellStock({ kind, spares: 0 });
  const isolate = createIsolate({ stock });
  const { fuelMax, wallMsMax } = bundle.manifest.limits;
  const outcomes: Outcome[] = [];
  try {
    for (const input of inputs) {
      const outcome = await isolate.run({ bundle, input, assets: [], fuelLimit: fuelMax, wallMs: wallMsMax });
      outcomes.push({ ...outcome, computeUs: 0 });
    }
  } finally {
    await isolate.close();
    await stock.close();
  }
  return outcomes;
}

/** Runs the tasks in a thread, in a process, and in the thread of another program with another environment: all the same. */
async function agreed(desk: Desk, bundle: Bundle, inputs: readonly Uint8Array[]): Promise<Outcome[]> {
  const inThread = await runIn(threads, bundle, inputs);
  assert.deepEqual(await runIn(processes, bundle, inputs), inThread);
  for (const [i, input] of inputs.entries()) {
    await Deno.writeFile(`${desk.folder}/input`, input);
    const line =
      `'${Deno.execPath()}' task --quiet --cwd ${root} kernels:try ${bundle.manifest.id}/1.0.0 --input input --output output`;
    const { out } = await desk.sh(`${line} || true`, { HOME: "/secret", TZ: "Asia/Tokyo", LEAKED: "yes" });
    const outcome = inThread[i] as Outcome;
    assert.ok(out.includes(`fuel: ${outcome.fuel},`), out);
    if (outcome.type === "output") {
      assert.deepEqual(await Deno.readFile(`${desk.folder}/output`), outcome.output);
    } else assert.ok(out.includes(`${outcome.code}: ${outcome.message}`), out);
  }
  return inThread;
}

function textOf(outcome: Outcome | undefined): string {
  assert.equal(outcome?.type, "output", JSON.stringify(outcome));
  return outcome?.type === "output" ? new TextDecoder().decode(outcome.output) : "";
}

/** Two whole workers with a coordinator answer as an isolate does. */
async function agreedOnWorkers(
  { folder }: Desk,
  bundle: Bundle,
  inputs: readonly Uint8Array[],
  expected: readonly Outcome[],
): Promise<void> {
  const pins = await readSigners(`${folder}/operator/data`);
  let count = 0;
  const next = () => Uint8Array.of(tell.look, 7, count++);
  const answers = await onTwoWorkers(bundle, pins, inputs, next);
  assert.equal(answers.length, 2);
  for (const given of answers) {
    assert.ok(given.some(({ from }) => from !== null), "the worker took part");
    for (const [i, { said }] of given.entries()) {
      const outcome = expected[i] as Outcome;
      if (outcome.type === "output") {
        assert.deepEqual(said, { output: outcome.output, fuel: outcome.fuel });
      } else assert.deepEqual(said, { code: outcome.code, message: outcome.message });
    }
  }
}

/** The entropy that a task gets first. */
function entropyOf(bundle: Bundle, input: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  new RandomStreams({ kernel: bundle.digest, input, assets: [], judged: undefined }).fill(
    stream.random,
    bytes,
  );
  return bytes;
}

function assertEndings(outcomes: readonly Outcome[], abort: RegExp): void {
  const [well, badly, aborted] = outcomes.map((one) => one.type === "failure" ? one : undefined);
  assert.deepEqual([well?.code, badly?.code, aborted?.code], Array(3).fill("kernel.trapped"));
  assert.equal(well?.message, "The kernel exited with success before it answered.");
  assert.equal(badly?.message, "The kernel exited with failure before it answered.");
  assert.match(aborted?.message ?? "", abort);
  for (const one of [well, badly, aborted]) assert.ok((one?.fuel ?? 0) > 0);
}

function assertFlood(outcome: Outcome | undefined): void {
  assert.equal(textOf(outcome), "flooded\n");
  const { text = "", droppedBytes = 0 } = outcome?.printed ?? {};
  assert.equal(text.length, PRINTED_BYTES_MAX);
  assert.ok(text.startsWith("flood 0\nflood 1\nflood 2\n"));
  const all = Array.from({ length: 20_000 }, (_, i) => `flood ${i}\n`).join("").length;
  assert.equal(text.length + droppedBytes, all);
}

const INPUTS = [[tell.look], [tell.look, 1], [tell.flood], [tell.exitWell], [tell.exitBadly], [tell.abort]]
  .map((bytes) => Uint8Array.from(bytes));

Deno.test("a kernel in AssemblyScript that asks WASI for everything sees only its task, the same on every machine", async (t) => {
  await withDesk(async (desk) => {
    const bundle = await built(desk, "probe-as");
    const [look, other, flood, ...endings] = await agreed(desk, bundle, INPUTS);
    const expected = [
      "wall 0 946684800000000000",
      "monotonic 0 0",
      "Date 946684800000",
      `entropy 0 ${entropyOf(bundle, INPUTS[0] as Uint8Array, 16).join(" ")}`,
      /Math\.random 0\.\d+/,
      "environment 0 0 0",
      "arguments 0 0 0",
      // EBADF: no descriptor is a folder.
      ...[0, 1, 2, 3, 4].map((folder) => `folder ${folder}: 8 8 8`),
      "stdin 0 0",
      "",
    ];
    const lines = textOf(look).split("\n");
    assert.equal(lines.length, expected.length);
    for (const [i, line] of expected.entries()) {
      if (typeof line === "string") assert.equal(lines[i], line);
      else assert.match(lines[i] ?? "", line);
    }
    const differing = textOf(other).split("\n").flatMap((line, i) =>
      line === lines[i] ? [] : [line.split(" ")[0]]
    );
    assert.deepEqual(differing, ["entropy", "Math.random"]);
    assert.deepEqual(look?.printed, { text: "looked around\nError: and saw nothing\n", droppedBytes: 0 });
    assertFlood(flood);
    assertEndings(endings, /exited with failure/);
    assert.match(endings[2]?.printed?.text ?? "", /^abort: given up in assembly\/kernel\.ts/);
    const component = await componentOf(desk, "probe-as");
    await t.step("its cores answer the same merged into one module and linked one by one", () => {
      compareBothWays(component, INPUTS);
    });
    await t.step("two workers with a coordinator answer the same", async () => {
      await agreedOnWorkers(desk, bundle, INPUTS, [look, other, flood, ...endings] as Outcome[]);
    });
  });
});

Deno.test({
  name: `a kernel in C that asks WASI for everything sees only its task, the same on every machine${
    clang ? "" : " (needs clang, lld, wasi-libc)"
  }`,
  ignore: !clang,
  async fn(t) {
    await withDesk(async (desk) => {
      const bundle = await built(desk, "probe-c");
      const sleep = Uint8Array.of(tell.sleep);
      const [look, other, flood, slept, ...endings] = await agreed(desk, bundle, [
        ...INPUTS.slice(0, 3),
        sleep,
        ...INPUTS.slice(3),
      ]);
      const lines = [
        "wall 946684800.000000000",
        "monotonic 0.000000000",
        `entropy 0 ${entropyOf(bundle, INPUTS[0] as Uint8Array, 16).toHex()}`,
        "environment 0, HOME none",
        "folder /",
        "open /etc/passwd: -1 Capabilities insufficient",
        "open made.txt: -1 Capabilities insufficient",
        "open .: -1 Capabilities insufficient",
        "folder /: none Capabilities insufficient",
        "stat: -1",
        "stdin: 0",
        ...[3, 4, 5, 6, 7].map((file) => `file ${file}: -1`),
        "",
      ];
      assert.equal(textOf(look), lines.join("\n"));
      assert.equal(
        textOf(other),
        lines.join("\n").replace(
          /entropy 0 \w+/,
          `entropy 0 ${entropyOf(bundle, INPUTS[1] as Uint8Array, 16).toHex()}`,
        ),
      );
      assert.deepEqual(look?.printed, { text: "looked around\nand saw nothing\n", droppedBytes: 0 });
      assertFlood(flood);
      assert.equal(textOf(slept), "slept 0\n");
      assertEndings(endings, /trapped/);
      const component = await componentOf(desk, "probe-c");
      await t.step("its cores answer the same merged into one module and linked one by one", () => {
        compareBothWays(component, [...INPUTS, sleep]);
      });
      await t.step("two workers with a coordinator answer the same", async () => {
        await agreedOnWorkers(desk, bundle, INPUTS, [look, other, flood, ...endings] as Outcome[]);
      });
      // One module: the shim, the program, the adapter and the table are merged, and import WASI only.
      const imports = WebAssembly.Module.imports(new WebAssembly.Module(kernelCore(component)));
      assert.ok(imports.length > 30 && imports.every(({ module }) => module.startsWith("wasi:")));
    });
  },
});
