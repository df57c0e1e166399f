import { assert } from "../tests/deps.ts";
import { announcement } from "./later.ts";
import { repositoryRoot } from "./source_files.ts";

async function tasks(): Promise<Readonly<Record<string, string>>> {
  const text = await Deno.readTextFile(`${repositoryRoot()}/deno.json`);
  return (JSON.parse(text) as { readonly tasks: Readonly<Record<string, string>> }).tasks;
}

Deno.test("deno.json has every command that scripts rely on", async () => {
  const stable =
    "demo coordinator worker status test ok kernels:build kernels:import sim sim:adversary bench bench:peers gallery";
  const known = Object.keys(await tasks());
  for (const command of stable.split(" ")) assert.ok(known.includes(command), command);
});

Deno.test("announcement() has a sentence for each command that comes later", async () => {
  const later = Object.entries(await tasks()).filter(([, command]) => command.includes("tools/later.ts"));
  for (const [name, command] of later) {
    assert.ok(command.endsWith(` ${name}`), command);
    assert.match(announcement(name), /it comes with a later release\.$/);
  }
});

Deno.test("later.ts exits 64 and says why in one line", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "tools/later.ts", "sim:adversary"],
    cwd: repositoryRoot(),
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 64);
  assert.match(new TextDecoder().decode(stderr), /^deno task sim:adversary .*\.\n$/);
});
