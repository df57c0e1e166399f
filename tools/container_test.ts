import { assert } from "../tests/deps.ts";
import { readImportGraph } from "./import_graph.ts";
import { isTest, repositoryRoot, sourceFiles } from "./source_files.ts";

/** What the image runs, by the Dockerfile and by tools/coordinator.ts. */
const PROGRAMS = ["tools/coordinator.ts", "tools/kernels_sign.ts", "coordinator/main.ts"];

function covers(paths: readonly string[]): (file: string) => boolean {
  return (file) => paths.some((path) => file === path || file.startsWith(path.replace(/\/?$/, "/")));
}

/** The paths that match the one group of a pattern. */
async function listed(path: string, pattern: RegExp): Promise<string[]> {
  const text = await Deno.readTextFile(`${repositoryRoot()}/${path}`);
  return [...text.matchAll(pattern)].flatMap(([, found = ""]) => found.split(" "));
}

/** All modules of ours that some programs load, the programs themselves included. */
async function modulesOf(programs: readonly string[]): Promise<string[]> {
  const root = repositoryRoot();
  const files = (await sourceFiles(root)).filter((path) =>
    /^(coordinator|protocol|sandbox|tools)\//.test(path)
  );
  const { edges } = await readImportGraph(root, files.filter((path) => !isTest(path)), `${root}/deno.json`);
  const loaded = new Set(programs);
  for (const module of loaded) {
    for (const { from, target } of edges) {
      if (from === module && target.type === "file") loaded.add(target.path);
    }
  }
  return [...loaded];
}

Deno.test("the container gets every module of the programs it runs", async () => {
  const copied = covers(await listed("deploy/Dockerfile", /^COPY (.+) \S+$/gm));
  const sent = covers(await listed("deploy/Dockerfile.dockerignore", /^!(.+)$/gm));
  const modules = await modulesOf(PROGRAMS);
  assert.ok(modules.length > 100, `${modules.length} modules`);
  assert.deepEqual(modules.filter((module) => !copied(module) || !sent(module)), []);
});
