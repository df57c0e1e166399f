import { assert } from "../../tests/deps.ts";
import { P2c2rError } from "../../protocol/mod.ts";
import { parseOptions } from "./options.ts";

Deno.test("parseOptions() takes a map from the folder in which the command was typed", () => {
  assert.equal(parseOptions(["--map", "a/b.map"], 1, "/typed/here").map, "/typed/here/a/b.map");
  assert.equal(parseOptions(["--map", "/maps/b.map"], 1, "/typed/here").map, "/maps/b.map");
  assert.equal(parseOptions([], 1, "/typed/here").map, undefined);
});

Deno.test("parseOptions() tells a wrong flag from a wrong value", () => {
  const codeOf = (...args: string[]): string => {
    try {
      return `seed ${parseOptions(args, 7, "/").seed}`;
    } catch (error) {
      if (error instanceof P2c2rError) return error.code;
      throw error;
    }
  };
  assert.equal(codeOf(), "seed 7");
  assert.equal(codeOf("--seed", "1"), "seed 1");
  assert.equal(codeOf("--seed", "4294967295"), "seed 4294967295");
  for (const seed of ["0", "4294967296", "1.5", "x"]) assert.equal(codeOf("--seed", seed), "config.invalid");
  for (const args of [["--loud"], ["extra"], ["--seed"]]) assert.equal(codeOf(...args), "config.usage");
});
