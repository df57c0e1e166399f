import { assert } from "../tests/deps.ts";
import { parseJunit, type TestCase } from "./junit.ts";
import { withTempFolder } from "./temp_folder.ts";
import { report } from "./test.ts";
import { planRuns, selectFiles } from "./test_plan.ts";
import { type RunResult, runTests, summarise } from "./test_run.ts";

function testCase(name: string, result: TestCase["result"], isStep = false): TestCase {
  return { file: "a_test.ts", name, result, isStep };
}

Deno.test("parseJunit() reads results, undoes escapes and tells steps from tests with an arrow in the name", () => {
  const xml = `<testsuites><testsuite name="./a_test.ts" tests="5">
    <testcase name="f() gives a &gt; b" classname="./a_test.ts" time="0" line="1" col="6">
    </testcase>
    <testcase name="deep" classname="./a_test.ts" time="0"><failure message="1">&lt;skipped/&gt;</failure></testcase>
    <testcase name="deep &gt; one" classname="./a_test.ts" time="0"><failure message="x">x</failure></testcase>
    <testcase name="off" classname="./a_test.ts"><skipped/></testcase>
    <testcase name="cut" classname="./a_test.ts"><error message="Cancelled"/></testcase>
  </testsuite></testsuites>`;
  assert.deepEqual(parseJunit(xml), [
    testCase("f() gives a > b", "passed"),
    testCase("deep", "failed"),
    testCase("deep > one", "failed", true),
    testCase("off", "skipped"),
    testCase("cut", "failed"),
  ]);
});

Deno.test("summarise() counts tests, not their steps, and names what was skipped", () => {
  const cases = [
    testCase("a", "passed"),
    testCase("b", "failed"),
    testCase("b > 1", "failed", true),
    testCase("c (needs chromium)", "skipped"),
  ];
  const { passed, failed, skipped, complaints } = summarise("unit", cases, 1);
  assert.deepEqual([passed, failed, skipped, complaints], [
    1,
    ["a_test.ts: b"],
    ["a_test.ts: c (needs chromium)"],
    [],
  ]);
});

Deno.test("summarise() complains when the exit code and the report disagree", () => {
  assert.equal(summarise("unit", [testCase("a", "passed")], 1).complaints.length, 1);
  assert.equal(summarise("unit", [testCase("a", "failed")], 0).complaints.length, 1);
});

Deno.test("report() ends with the sum over all runs and is not ok after one failure", () => {
  const result: RunResult = { name: "x", passed: 2, failed: [], skipped: [], complaints: [], tookMs: 10 };
  const good = report([result, { ...result, skipped: ["t (needs a browser)"] }], 30);
  assert.equal(good.lines.at(-1), "4 passed, 0 failed, 1 skipped");
  assert.ok(good.ok);
  const bad = report([result, { ...result, failed: ["t"], complaints: ["late"] }], 30);
  assert.equal(bad.lines.at(-1), "4 passed, 2 failed, 0 skipped");
  assert.ok(!bad.ok);
});

Deno.test("report() takes a run that executed nothing for a failure, skipped tests or not", () => {
  const full: RunResult = { name: "x", passed: 2, failed: [], skipped: [], complaints: [], tookMs: 10 };
  assert.ok(!report([full, { ...full, passed: 0 }], 1).ok);
  assert.ok(!report([full, { ...full, passed: 0, skipped: ["t (needs a browser)"] }], 1).ok);
  assert.ok(!report([], 1).ok);
});

Deno.test("report() points at a skipped test that does not say what it lacks", () => {
  const result: RunResult = {
    name: "x",
    passed: 1,
    failed: [],
    skipped: ["a: t"],
    complaints: [],
    tookMs: 1,
  };
  assert.match(report([result], 1).lines.join("\n"), /a: t {2}\[does not say what it lacks\]/);
});

Deno.test("planRuns() gives every test file to exactly one run, and programs a lane without neighbours", () => {
  const files = [
    "protocol/codec_test.ts",
    "protocol/codec.ts",
    "tasks-as/build_test.ts",
    "tasks-as/lib/assembly_test.ts",
    "tests/contract/store_test.ts",
    "tests/e2e/demo_test.ts",
    "tests/fleet/kill_test.ts",
    "tests/hostile/herd_test.ts",
    "tests/hostile/lying_test.ts",
    "tests/deps.ts",
  ];
  const runs = planRuns(files);
  assert.deepEqual(runs.map(({ name, files, lane, jobs }) => [name, files, lane, jobs]), [
    ["beside the code", ["protocol/codec_test.ts"], "computing", undefined],
    ["kernels", ["tasks-as/build_test.ts"], "computing", undefined],
    ["across folders", ["tests/contract/store_test.ts"], "computing", undefined],
    ["sandbox", ["tests/hostile/lying_test.ts"], "computing", undefined],
    ["herds", ["tests/hostile/herd_test.ts"], "computing", 1],
    ["fleets", ["tests/fleet/kill_test.ts"], "programs", 1],
    ["whole programs", ["tests/e2e/demo_test.ts"], "programs", 1],
  ]);
});

Deno.test("selectFiles() takes files and folders and does not confuse names with a common start", () => {
  const files = ["sdk/a_test.ts", "sdk/b_test.ts", "sdk_extra/c_test.ts"];
  assert.deepEqual(selectFiles(files, ["./sdk/"]), ["sdk/a_test.ts", "sdk/b_test.ts"]);
  assert.deepEqual(selectFiles(files, ["sdk/b_test.ts"]), ["sdk/b_test.ts"]);
  assert.deepEqual(selectFiles(files, ["."]), files);
});

Deno.test("runTests() tells the truth about passing, failing, broken, empty and endless files", async () => {
  await withTempFolder(async (root) => {
    const sources: Record<string, string> = {
      "good_test.ts": `Deno.test("good", () => {}); Deno.test.ignore("off (needs luck)", () => {});`,
      "bad_test.ts": `Deno.test("bad", () => { throw new Error("no"); });`,
      "torn_test.ts": `import "./nothing.ts";`,
      "empty_test.ts": `export {};`,
      "suite.ts": `export const suite = () => Deno.test("of a suite", () => {});`,
      "suite_test.ts": `import { suite } from "./suite.ts";\nsuite();`,
      "long_test.ts": `Deno.test("long", () => { if (Deno.env.get("P2C2R_LONG") !== "1") throw 1; });`,
      "endless_test.ts":
        `Deno.test("endless", async () => { const t = setInterval(() => {}, 9); await new Promise(() => t); });`,
    };
    for (const [name, source] of Object.entries(sources)) await Deno.writeTextFile(`${root}/${name}`, source);
    const run = async (file: string, change: Partial<Parameters<typeof runTests>[1]> = {}) => {
      const options = { root, long: false, capMs: 60_000, show: "never" as const, ...change };
      const flags = ["--no-config", "--allow-env"];
      const { passed, failed, skipped, complaints } = await runTests(
        { name: file, files: [file], flags, lane: "programs" },
        options,
      );
      return [passed, failed.length, skipped.length, complaints.length];
    };
    assert.deepEqual(await run("good_test.ts"), [1, 0, 1, 0]);
    assert.deepEqual(await run("bad_test.ts"), [0, 1, 0, 0]);
    assert.deepEqual(await run("torn_test.ts"), [0, 0, 0, 1]);
    assert.deepEqual(await run("empty_test.ts"), [0, 0, 0, 1]);
    assert.deepEqual(await run("suite_test.ts"), [1, 0, 0, 0]);
    assert.deepEqual(await run("long_test.ts"), [0, 1, 0, 0]);
    assert.deepEqual(await run("long_test.ts", { long: true }), [1, 0, 0, 0]);
    const [passed, failed, , complaints] = await run("endless_test.ts", { capMs: 500 });
    assert.equal(passed, 0);
    assert.ok((failed ?? 0) + (complaints ?? 0) >= 1);
  });
});
