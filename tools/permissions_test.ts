import { assert } from "../tests/deps.ts";
import { repositoryRoot } from "./source_files.ts";

type Grants = Readonly<Record<string, readonly string[] | boolean>>;

/** A named set of a `deno.json`, its paths taken from the root. */
async function grants(config: string, set: string): Promise<Grants> {
  const text = await Deno.readTextFile(`${repositoryRoot()}/${config}`);
  const { permissions } = JSON.parse(text) as { readonly permissions: Readonly<Record<string, Grants>> };
  const found = permissions[set] ?? {};
  const base = new URL(config, "file:///");
  const isPath = (kind: string) => kind === "read" || kind === "write";
  return Object.fromEntries(
    Object.entries(found).map(([kind, values]) => [
      kind,
      Array.isArray(values)
        ? values.map((value) => isPath(kind) ? new URL(value, base).pathname.slice(1) : value).sort()
        : values,
    ]),
  );
}

Deno.test("permission set worker grants the same in a full clone and in a helper's own copy", async () => {
  assert.deepEqual(await grants("deno.json", "worker"), await grants("worker/deno.json", "worker"));
});

Deno.test("permission set worker grants no program, library, import or whole kind", async () => {
  const worker = await grants("deno.json", "worker");
  assert.deepEqual(Object.keys(worker).sort(), ["env", "net", "read", "sys", "write"]);
  for (const [kind, values] of Object.entries(worker)) {
    assert.ok(Array.isArray(values) && values.length > 0, kind);
  }
});
