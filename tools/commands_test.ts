import { assert } from "../tests/deps.ts";
import { repositoryRoot } from "./source_files.ts";

Deno.test("deno.json has every command that scripts rely on", async () => {
  const text = await Deno.readTextFile(`${repositoryRoot()}/deno.json`);
  const { tasks } = JSON.parse(text) as { readonly tasks: Readonly<Record<string, string>> };
  const stable =
    "demo coordinator worker status test ok kernels:build kernels:import sim sim:adversary bench bench:peers gallery";
  for (const command of stable.split(" ")) assert.ok(Object.hasOwn(tasks, command), command);
});
