import { join } from "node:path";
import { assert } from "../deps.ts";
import { askDeno } from "../../tools/child.ts";
import { repositoryRoot } from "../../tools/source_files.ts";
import { mutants } from "./mutants.ts";
import { mutate } from "./mutation.ts";

const root = repositoryRoot();

Deno.test("mutate() finds each mutant's text once in the sources, and changes it", async () => {
  assert.ok(mutants.length >= 30);
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
  for (const mutant of mutants) {
    const source = await Deno.readTextFile(join(root, mutant.file));
    assert.notEqual(mutate(source, mutant), source);
  }
});

Deno.test("mutate() refuses a mutant whose text is not there, or twice", () => {
  const mutant = { name: "none", file: "a.ts", find: "x", replace: "y" };
  assert.throws(() => mutate("abc", mutant), RangeError);
  assert.throws(() => mutate("x x", mutant), RangeError);
  assert.equal(mutate("a x", mutant), "a y");
});

Deno.test("deno task sim --mutant catches a bug, and knows no bug that is not in the table", async () => {
  const options = ["run", "--no-prompt", "--no-check", "--allow-read", "--allow-write", "tests/sim/main.ts"];
  const ask = ["--seeds", "1", "--json", "--mutant"];
  const caught = await askDeno(root, [...options, ...ask, "right results are not counted"]);
  assert.equal(caught.code, 0, caught.stderr);
  const { violations, mutantsCaught, mutants } = JSON.parse(caught.stdout.trim().split("\n").at(-1) ?? "");
  assert.deepEqual({ violations, mutantsCaught, mutants }, { violations: 0, mutantsCaught: 1, mutants: 1 });
  assert.equal((await askDeno(root, [...options, ...ask, "no such bug"])).code, 64);
});
