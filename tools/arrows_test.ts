import { assert } from "../tests/deps.ts";
import { judge, wrongArrows } from "./arrows.ts";
import { areaOf, matches } from "./arrow_table.ts";
import { type ImportEdge, moduleAddresses, type Target } from "./import_graph.ts";
import { withTempFolder } from "./temp_folder.ts";

function edge(from: string, target: Target, typeOnly = false): ImportEdge {
  return { from, line: 3, specifier: "as written", typeOnly, target };
}
function file(path: string): Target {
  return { type: "file", path };
}
function npm(name: string): Target {
  return { type: "package", name };
}
function judged(...edges: ImportEdge[]): string[] {
  return judge({ edges, broken: [] });
}

Deno.test("judge() lets imports follow the arrows of the table", () => {
  assert.deepEqual(
    judged(
      edge("worker/main.ts", file("sandbox/mod.ts")),
      edge("sandbox/isolate/thread.ts", file("protocol/limits.ts")),
      edge("sdk/client.ts", file("tasks-as/pathfind/codec.ts")),
      edge("sdk/testing/fleet.ts", file("coordinator/main.ts")),
      edge("coordinator/main.ts", file("sandbox/mod.ts")),
      edge("coordinator/app/routes.ts", npm("hono")),
      edge("protocol/codec.ts", npm("msgpackr")),
      edge("bench/round_trip.ts", npm("anything")),
      edge("coordinator/app/routes_test.ts", file("tests/deps.ts")),
    ),
    [],
  );
});

Deno.test("judge() names the file, the line and what the area may import when an arrow points back", () => {
  assert.deepEqual(judged(edge("sandbox/mod.ts", file("worker/runner/slots.ts"))), [
    "sandbox/mod.ts:3 imports worker/runner/slots.ts: sandbox may import only sandbox/, protocol/limits.ts, protocol/errors.ts, protocol/sha256.ts",
  ]);
});

Deno.test("judge() refuses each wrong arrow of the design", () => {
  const wrong: [from: string, target: Target][] = [
    ["protocol/messages.ts", file("sandbox/mod.ts")],
    ["sandbox/bundle/load.ts", file("protocol/messages.ts")],
    ["coordinator/gateway/workers.ts", file("sandbox/mod.ts")],
    ["coordinator/app/routes.ts", file("sdk/mod.ts")],
    ["worker/main.ts", file("coordinator/ports.ts")],
    ["sdk/client.ts", file("sandbox/mod.ts")],
    ["sdk/local/run.ts", file("coordinator/main.ts")],
    ["tasks-as/pathfind/codec.ts", file("tasks-as/physics/codec.ts")],
    ["tasks-as/build.ts", file("sandbox/mod.ts")],
    ["deploy/deno_deploy.ts", file("coordinator/app/routes.ts")],
    ["examples/game.ts", file("protocol/mod.ts")],
    ["worker/main.ts", file("tests/deps.ts")],
    ["worker/main.ts", file("worker/session/step_test.ts")],
    ["unheard_of/main.ts", file("protocol/mod.ts")],
    ["coordinator/gateway/sockets.ts", npm("hono")],
    ["coordinator/ledger/rules.ts", npm("kysely")],
    ["protocol/messages.ts", npm("msgpackr")],
    ["sandbox/mod.ts", npm("tiny-lru")],
    ["worker/main.ts", npm("never-heard-of")],
    ["sdk/mod.ts", { type: "foreign", specifier: "https://example.com/x.ts" }],
  ];
  for (const [from, target] of wrong) {
    assert.equal(judged(edge(from, target)).length, 1, `${from} -> ${JSON.stringify(target)}`);
  }
});

Deno.test("judge() wants values in pure files from pure files only, and lets types through", () => {
  const impure = file("coordinator/store/open.ts");
  assert.equal(judged(edge("coordinator/scheduler/step.ts", impure)).length, 1);
  assert.equal(judged(edge("coordinator/scheduler/step.ts", impure, true)).length, 0);
  assert.equal(judged(edge("coordinator/scheduler/shell.ts", impure)).length, 0);
  assert.equal(judged(edge("worker/session/step.ts", { type: "builtin", name: "node:fs" })).length, 1);
});

Deno.test("judge() keeps _private files inside their folder, tests and tools included", () => {
  const secret = file("sandbox/isolate/_pipe.ts");
  assert.equal(judged(edge("sandbox/isolate/thread.ts", secret)).length, 0);
  assert.equal(judged(edge("sandbox/isolate/process/spawn.ts", secret)).length, 0);
  assert.equal(judged(edge("sandbox/mod.ts", secret)).length, 1);
  assert.equal(judged(edge("tests/hostile/spin_test.ts", secret)).length, 1);
});

Deno.test("judge() lets one file of worker and one of sdk meet ws", () => {
  const one = edge("worker/socket.ts", npm("ws"));
  assert.deepEqual(judged(one, edge("sdk/socket.ts", npm("ws"))), []);
  assert.deepEqual(judged(one, edge("worker/main.ts", npm("ws"))), [
    "worker/ imports npm package ws in worker/socket.ts, worker/main.ts: one file may",
  ]);
});

Deno.test("areaOf() takes the most special area", () => {
  assert.equal(areaOf("coordinator/main.ts")?.name, "the coordinator's composition root");
  assert.equal(areaOf("coordinator/main_test.ts")?.name, "a test");
  assert.equal(areaOf("tasks-as/pathfind/codec.ts")?.name, "a codec");
  assert.equal(areaOf("nowhere/main.ts"), undefined);
});

Deno.test("matches() gives a star one path part and takes dots literally", () => {
  assert.ok(matches("tasks-as/*/codec.ts", "tasks-as/pathfind/codec.ts"));
  assert.ok(!matches("tasks-as/*/codec.ts", "tasks-as/a/b/codec.ts"));
  assert.ok(!matches("tasks-as/*/codec.ts", "tasks-as/a/codecxts"));
  assert.ok(!matches("sdk/", "sdk.ts"));
});

Deno.test("moduleAddresses() sees modules named by address and not data", () => {
  const source = [
    `const a = new URL("../sandbox/thread.ts", import.meta.url);`,
    `const b = import.meta.resolve('./other.js');`,
    `const c = new URL("./table.json", import.meta.url);`,
  ].join("\n");
  assert.deepEqual(
    moduleAddresses("worker/main.ts", source).map(({ line, target }) => [line, target]),
    [[1, file("sandbox/thread.ts")], [2, file("worker/other.js")]],
  );
});

Deno.test("wrongArrows() finds planted arrows of every form and is not fooled by comments and strings", async () => {
  await withTempFolder(async (root) => {
    const plant = async (path: string, source: string) => {
      await Deno.mkdir(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, source);
    };
    await Deno.writeTextFile(`${root}/deno.json`, `{ "imports": { "@up/": "./worker/" } }`);
    await plant("worker/a.ts", "export type T = 1;\nexport const t = 1;\n");
    await plant("sandbox/static.ts", `\nimport { t } from "../worker/a.ts";\nexport { t };\n`);
    await plant("sandbox/dynamic.ts", `export const t = () => import("../worker/a.ts");\n`);
    await plant("sandbox/types.ts", `export type U = import("../worker/a.ts").T;\n`);
    await plant("sandbox/again.ts", `export * from "../worker/a.ts";\n`);
    await plant("sandbox/mapped.ts", `import "@up/a.ts";\n`);
    await plant("sandbox/address.ts", `new Worker(new URL("../worker/a.ts", import.meta.url));\n`);
    await plant(
      "sandbox/talk.ts",
      `// import "../worker/a.ts";\nexport const s = 'import "../worker/a.ts"';\n`,
    );
    await plant("sandbox/torn.ts", `import {{ from\n`);
    const complaints = await wrongArrows(root);
    assert.deepEqual(
      complaints.map((complaint) => complaint.split(" ").slice(0, 3).join(" ")),
      [
        "sandbox/address.ts:1 imports worker/a.ts:",
        "sandbox/again.ts:1 imports worker/a.ts:",
        "sandbox/dynamic.ts:1 imports worker/a.ts:",
        "sandbox/mapped.ts:1 imports worker/a.ts:",
        "sandbox/static.ts:2 imports worker/a.ts:",
        "sandbox/torn.ts:1 cannot be",
        "sandbox/types.ts:1 imports worker/a.ts:",
      ],
    );
  });
});

Deno.test("wrongArrows() tells imports of types from imports of values", async () => {
  await withTempFolder(async (root) => {
    await Deno.mkdir(`${root}/worker/session`, { recursive: true });
    await Deno.writeTextFile(`${root}/deno.json`, "{}");
    await Deno.writeTextFile(`${root}/worker/disk.ts`, "export type D = 1;\nexport const d = 1;\n");
    await Deno.writeTextFile(
      `${root}/worker/session/a.ts`,
      `import type { D } from "../disk.ts";\nexport type E = D;\n`,
    );
    await Deno.writeTextFile(`${root}/worker/session/b.ts`, `export { d } from "../disk.ts";\n`);
    assert.deepEqual(await wrongArrows(root), [
      "worker/session/b.ts:1 imports worker/disk.ts, which is not pure, and is itself pure (tools/pure_folders.ts)",
    ]);
  });
});

Deno.test("wrongArrows() reads names that only the kernels' own configuration knows", async () => {
  await withTempFolder(async (root) => {
    await Deno.mkdir(`${root}/tasks-as`);
    await Deno.mkdir(`${root}/sdk`);
    await Deno.writeTextFile(`${root}/deno.json`, `{}`);
    await Deno.writeTextFile(`${root}/tasks-as/deno.json`, `{ "imports": { "inner": "../sdk/a.ts" } }`);
    await Deno.writeTextFile(`${root}/sdk/a.ts`, "export const a = 1;\n");
    await Deno.writeTextFile(`${root}/tasks-as/build.ts`, `import "inner";\n`);
    assert.deepEqual(await wrongArrows(root), [
      "tasks-as/build.ts:1 imports sdk/a.ts: tasks-as may import only tasks-as/, sandbox/component/mod.ts, " +
      "sandbox/meter/mod.ts, sandbox/wasm/mod.ts",
    ]);
  });
});
