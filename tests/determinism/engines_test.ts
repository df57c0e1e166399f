// The same bytes and the same fuel in every engine: Deno with either compiler of V8 forced, Node, a browser.
import { stripTypeScriptTypes } from "node:module";
import { assert } from "../deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { chromium, withPage } from "../browser/chromium.ts";
import { have, runProgram } from "../programs.ts";
import { callOn, callsOf, campaign, type Subject } from "./campaign.ts";
import { subjectsOf } from "./subjects.ts";

const COUNT = Deno.env.get("P2C2R_LONG") === "1" ? 100_000 : 2_000;
const CHILD = new URL("child.ts", import.meta.url).pathname;
const CAMPAIGN = new URL("campaign.ts", import.meta.url);
const subjects = await subjectsOf(COUNT);
const made: { expected?: string } = {};

/** What this very process says; computed once. */
function expected(): string {
  return made.expected ??= campaign(subjects);
}

async function inProgram(
  program: string,
  args: readonly string[],
  script: (folder: string) => Promise<string>,
): Promise<string> {
  let said = "";
  await withTempFolder(async (folder) => {
    const file = `${folder}/subjects.json`;
    await Deno.writeTextFile(file, JSON.stringify(subjects));
    said = (await runProgram(program, [...args, await script(folder), file])).trim();
  });
  return said;
}

/** The campaign with its types blanked out and a program around it: older versions of Node read no TypeScript. */
async function plainScript(folder: string): Promise<string> {
  const source = stripTypeScriptTypes(await Deno.readTextFile(CAMPAIGN));
  const program = 'import { readFileSync } from "node:fs";\n' +
    'console.log(campaign(JSON.parse(readFileSync(process.argv[2], "utf8"))));\n';
  await Deno.writeTextFile(`${folder}/campaign.mjs`, `${source}\n${program}`);
  return `${folder}/campaign.mjs`;
}

for (const flags of ["--liftoff-only", "--no-liftoff,--no-wasm-tier-up"]) {
  Deno.test(`${COUNT} inputs give the same bytes and fuel in Deno with ${flags}`, async () => {
    const args = ["run", "--no-config", "--no-prompt", "--allow-read", `--v8-flags=${flags}`];
    assert.equal(await inProgram(Deno.execPath(), args, () => Promise.resolve(CHILD)), expected());
  });
}

const node = await have("node");
Deno.test({
  name: `${COUNT} inputs give the same bytes and fuel in Node${node ? "" : " (needs node)"}`,
  ignore: !node,
  async fn() {
    assert.equal(await inProgram("node", [], plainScript), expected());
  },
});

Deno.test({
  name: `${COUNT} inputs give the same bytes and fuel in a browser${
    chromium === undefined ? " (needs Chromium)" : ""
  }`,
  ignore: chromium === undefined,
  async fn() {
    await withPage(async (page) => {
      const lines = await page.call(
        "tests/determinism/campaign.ts",
        "campaign",
        subjects satisfies Subject[],
      );
      assert.equal(lines, expected());
    });
  },
});

Deno.test("the kernel that leaves its NaN to the meter gives no other than the one", async () => {
  const subject = (await subjectsOf(100)).find((one) => one.name === "nans") as Subject;
  const module = new WebAssembly.Module(Uint8Array.fromBase64(subject.core));
  const { output = new Uint8Array() } = callOn(module, callsOf({ ...subject, count: 1 })[0]!);
  const doubles = new BigUint64Array(output.slice().buffer);
  const isNan = (bits: bigint) => Number.isNaN(new Float64Array(new BigUint64Array([bits]).buffer)[0]);
  const nans = [...doubles.subarray(0, -2)].filter(isNan);
  assert.ok(nans.length > 3 && nans.every((bits) => bits === 0x7ff8_0000_0000_0000n), nans.join(" "));
});

Deno.test("the campaign sees a changed bit of an output, and one unit of fuel", async () => {
  const [subject] = await subjectsOf(100) as [Subject];
  const other = { ...subject, cases: subject.cases.slice(1) };
  assert.notEqual(campaign([other]), campaign([subject]));
});

Deno.test("the kernel that ends in all ways traps within a loop, at its depth and without fuel, and answers", async () => {
  const subject = (await subjectsOf(100)).find((one) => one.name === "endings") as Subject;
  const module = new WebAssembly.Module(Uint8Array.fromBase64(subject.core));
  const said = callsOf({ ...subject, count: 8 }).map((call) => callOn(module, call));
  const endings = said.map(({ output, fuel, depth }) =>
    output !== undefined ? "answer" : fuel < 0n ? "exhausted" : depth < 0 ? "deep" : "trap"
  );
  assert.deepEqual(endings, ["trap", "trap", "trap", "deep", "exhausted", "exhausted", "answer", "answer"]);
});
