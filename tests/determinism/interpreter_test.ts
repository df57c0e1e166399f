// The same bytes and the same fuel in an engine that shares no line with V8: wabt's interpreter of WebAssembly.
import { assert } from "../deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { have } from "../programs.ts";
import { type Call, callOn, callsOf, type Said, type Subject } from "./campaign.ts";
import { DRIVER_EXPORTS, driverOf, hashOf } from "./driver.ts";
import { subjectsOf } from "./subjects.ts";

/** Calls of each kernel; it takes from a millisecond to seconds for one. */
const COUNTS: Readonly<Record<string, number>> = Deno.env.get("P2C2R_LONG") === "1"
  ? {
    flowfield: 500,
    mesh: 50,
    pathfind: 500,
    physics: 2_000,
    terrain: 50,
    floats: 1_000,
    nans: 1_000,
    endings: 500,
  }
  : { flowfield: 8, mesh: 2, pathfind: 8, physics: 12, terrain: 2, floats: 60, nans: 90, endings: 40 };

const found = await have("wasm-interp");

/** What the exports of a driver say, as the interpreter prints it: numbers without sign. */
function linesOf({ tag, output, fuel, depth }: Said): string[] {
  const wide = (value: bigint, bits: number) => String(BigInt.asUintN(bits, value));
  const counters = [`fuel() => i64:${wide(fuel, 64)}`, `depth() => i32:${wide(BigInt(depth), 32)}`];
  if (output === undefined) return counters;
  return [
    `tag() => i32:${tag}`,
    `size() => i32:${output.length}`,
    `hash() => i64:${hashOf(output)}`,
    ...counters,
  ];
}

/** The interpreter's lines; without what is read from an answer where there was none. */
async function interpreted(file: string): Promise<{ lines: string[]; ending: string }> {
  const { stdout } = await new Deno.Command("wasm-interp", { args: [file, "--run-all-exports"] }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assert.equal(lines.length, DRIVER_EXPORTS.length, lines.join("\n"));
  const [ending = "", ...rest] = lines;
  return { ending, lines: ending.includes("=> error") ? rest.slice(-2) : rest };
}

async function compare(subject: Subject, folder: string): Promise<void> {
  const core = Uint8Array.fromBase64(subject.core);
  const module = new WebAssembly.Module(core);
  const file = `${folder}/${subject.name}.wasm`;
  for (const [i, call] of callsOf(subject).entries()) {
    const said = callOn(module, call);
    await Deno.writeFile(file, driverOf(core, call));
    const { lines, ending } = await interpreted(file);
    assert.deepEqual(lines, linesOf(said), `${subject.name}, call ${i}: ${ending}`);
  }
}

for (const [name, count] of Object.entries(COUNTS)) {
  Deno.test({
    name: `${count} calls of ${name} give the same bytes and fuel in an interpreter${
      found ? "" : " (needs wabt)"
    }`,
    ignore: !found,
    async fn() {
      const subject = (await subjectsOf(1)).find((one) => one.name === name);
      assert.ok(subject !== undefined);
      await withTempFolder((folder) => compare({ ...subject, count }, folder));
    },
  });
}

Deno.test({
  name: `the interpreter sees a changed byte, and another budget${found ? "" : " (needs wabt)"}`,
  ignore: !found,
  async fn() {
    const [subject] = await subjectsOf(1) as [Subject];
    const core = Uint8Array.fromBase64(subject.core);
    const [call] = callsOf(subject) as [Call];
    const said = callOn(new WebAssembly.Module(core), call);
    await withTempFolder(async (folder) => {
      await Deno.writeFile(`${folder}/one.wasm`, driverOf(core, call));
      const { lines } = await interpreted(`${folder}/one.wasm`);
      assert.deepEqual(lines, linesOf(said));
      const output = said.output?.slice() ?? new Uint8Array(1);
      output[0] = (output[0] ?? 0) ^ 1;
      assert.notDeepEqual(lines, linesOf({ ...said, output }));
      assert.notDeepEqual(lines, linesOf({ ...said, fuel: said.fuel - 1n }));
    });
  },
});
