// `deno task bench:peers` starts every system, asks each, and says in its last line what came of it. How fast they are is
// not for a test to say.
import { assert } from "../deps.ts";
import { askDeno } from "../../tools/child.ts";
import { repositoryRoot } from "../../tools/source_files.ts";
import { have } from "../programs.ts";

const missing = (await Promise.all(
  ["nats-server", "redis-server"].map(async (program) => await have(program) ? [] : [program]),
)).flat();

Deno.test({
  name: "bench:peers measures this project beside its peers" +
    (missing.length === 0 ? "" : ` (needs ${missing.join(" and ")})`),
  ignore: missing.length > 0,
  async fn() {
    const little = ["--rounds", "1", "--seconds", "1", "--workers", "4", "--only", "depth256"];
    const { code, stdout, stderr } = await askDeno(repositoryRoot(), [
      ...["task", "--quiet", "bench:peers", ...little, "--json"],
    ]);
    assert.equal(code, 0, stderr);
    const { ratios, rounds, p999Ms } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
      readonly ratios: Readonly<Record<string, number | null>>;
      readonly rounds: number;
      readonly p999Ms: number | null;
    };
    assert.deepEqual([rounds, p999Ms], [1, null], "10,000 a second were not asked for");
    const measured = Object.entries(ratios).filter(([, ratio]) => ratio !== null);
    for (const name of ["nats", "bullmq"]) {
      assert.ok(measured.some(([each]) => each === name), `${name} among ${JSON.stringify(ratios)}`);
    }
    for (const [name, ratio] of measured) {
      assert.ok(Number.isFinite(ratio) && ratio! > 0, `${name} is ${ratio}`);
    }
  },
});
