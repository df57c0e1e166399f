// Bring your own kernel: what deno task kernels:import takes, and what it refuses with which words and which exit code.
import { bundleNames, loadInstalled } from "../../sandbox/mod.ts";
import { readSigners } from "../../tools/signers.ts";
import { assert } from "../deps.ts";
import { kernelComponent } from "../hostile/component_builder.ts";
import { EXPORTS, kernel } from "../hostile/kernels.ts";
import { kind } from "../hostile/wasm_builder.ts";
import { type Desk, withDesk } from "./machine.ts";

const VERSION = ["--id", "probe", "--version", "1.0.0"];

async function put({ folder }: Desk, file: string, bytes: Uint8Array): Promise<string> {
  await Deno.writeFile(`${folder}/${file}`, bytes);
  return file;
}

async function installed({ folder }: Desk): Promise<string[]> {
  const pins = await readSigners(`${folder}/operator/data`);
  const at = `${folder}/operator`;
  const { bundles, skipped } = await loadInstalled(`${at}/bundles`, `${at}/data/signatures`, pins);
  assert.deepEqual(skipped, []);
  return bundles.map(({ manifest }) => `${manifest.id} ${manifest.version} ${manifest.release}`);
}

Deno.test("kernels:import takes a core module and a component, signs them, and counts releases", async () => {
  await withDesk(async (desk) => {
    const core = await put(desk, "core.wasm", kernel());
    const first = await desk.import(core, ...VERSION);
    assert.equal(first.code, 0, first.err);
    assert.match(
      first.out,
      /^probe\/1\.0\.0, release 1: component \d+ B, core \d+ B metered, at most 4 pages of memory, imports nothing\nsigned by [0-9a-f]{16}\n$/,
    );
    const component = await put(desk, "kernel.component.wasm", kernelComponent(kernel()));
    const second = await desk.import(
      component,
      "--id",
      "probe",
      "--version",
      "1.1.0",
      "--fuel-max",
      "5000",
      "--detection",
      "0.7",
    );
    assert.equal(second.code, 0, second.err);
    assert.deepEqual(await installed(desk), ["probe 1.0.0 1", "probe 1.1.0 2"]);
    // The same again changes nothing; something else under the same version is refused.
    const again = await desk.import(core, ...VERSION);
    assert.equal(again.code, 0, again.err);
    const other = await desk.import(core, ...VERSION, "--fuel-max", "7000");
    assert.deepEqual([other.code, other.err], [
      65,
      "Cannot take probe/1.0.0: that version is here already, and is another one; give the next --version\n",
    ]);
    assert.deepEqual(await installed(desk), ["probe 1.0.0 1", "probe 1.1.0 2"]);
    const tried = await desk.try("probe/1.1.0", "--input", "core.wasm");
    assert.match(tried.out, /^output: \d+ bytes 0061736d/, tried.err);
    const dry = await desk.import(component, "--id", "probe", "--version", "2.0.0", "--dry-run");
    assert.deepEqual([dry.code, await bundleNames(`${desk.folder}/operator/bundles`)], [0, [
      "probe/1.0.0",
      "probe/1.1.0",
    ]]);
  });
});

Deno.test("kernels:import refuses what is no kernel, with exit code 65 and the reason", async () => {
  await withDesk(async (desk) => {
    const refused = async (bytes: Uint8Array, words: RegExp, ...more: readonly string[]) => {
      const { code, out, err } = await desk.import(
        await put(desk, "kernel.wasm", bytes),
        ...VERSION,
        ...more,
      );
      assert.deepEqual([code, out], [65, ""], err);
      assert.match(err, words);
    };
    const importing = (imports: { readonly module: string; readonly name: string }) =>
      kernel({
        module: {
          rawTypes: [[0x60, 0, 0]],
          imports: [{ ...imports, type: 0 }],
          exports: EXPORTS.map((one) => one.kind === kind.func ? { ...one, index: one.index + 1 } : one),
        },
      });
    await refused(
      new TextEncoder().encode("#!/bin/sh\n"),
      /it is no component of the kernel world: [\s\S]*magic/,
    );
    await refused(
      importing({ module: "env", name: "log" }),
      /Cannot take .*: it is no component of the kernel world: [\s\S]*env/,
    );
    await refused(importing({ module: "wasi_snapshot_preview1", name: "teleport" }), /teleport/);
    await refused(
      kernel({ module: { exports: EXPORTS.slice(0, 3) } }),
      /no component of the kernel world: [\s\S]*check/,
    );
    await refused(
      kernel({ memory: { initial: 4 } }),
      /^Cannot take component: its memory declares no maximum\nSay how large it may grow: asc --maximumMemory/,
    );
    await refused(kernel({ memory: { initial: 4, maximum: 4, flags: 3 } }), /shared|threads/);
    assert.deepEqual(await bundleNames(`${desk.folder}/operator/bundles`), []);
  });
});

Deno.test("kernels:import and kernels:try answer wrong flags with 64, missing files with 66, and explain themselves", async () => {
  await withDesk(async (desk) => {
    const file = await put(desk, "core.wasm", kernel());
    const help = await desk.import("--help");
    assert.equal(help.code, 0, help.err);
    for (const flag of ["--id", "--fuel-max", "--assets-max", "--dry-run"]) {
      assert.ok(help.out.includes(flag), flag);
    }
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [[file, ...VERSION, "--force"], /--force[\s\S]*Takes in a kernel/],
      [[file, "--id", "probe"], /^Give --version\n/],
      [[file], /^Give --id and --version\n/],
      [VERSION, /^Give one FILE, not 0\n/],
      [[file, file, ...VERSION], /^Give one FILE, not 2\n/],
      [[file, ...VERSION, "--fuel-max", "much"], /^--fuel-max is much; expected a number\n/],
      [[file, ...VERSION, "--fuel-max"], /--fuel-max/],
    ];
    for (const [args, words] of wrong) {
      const { code, err } = await desk.import(...args);
      assert.equal(code, 64, `${args}: ${err}`);
      assert.match(err, words);
    }
    const missing = await desk.import("nowhere.wasm", ...VERSION);
    assert.equal(missing.code, 66);
    assert.match(missing.err, /^Cannot read .*nowhere\.wasm: /);
    assert.equal((await desk.try("--help")).code, 0);
    assert.equal((await desk.try()).code, 64);
    assert.equal((await desk.try("probe/1.0.0", "--speed")).code, 64);
    const unknown = await desk.try("probe/1.0.0");
    assert.equal(unknown.code, 78);
    assert.match(unknown.err, /^Cannot run probe\/1\.0\.0: .* no bundle of that name\nTake it in/m);
  });
});
