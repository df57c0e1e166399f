import { assert } from "../../tests/deps.ts";
import plugin from "./plugin.ts";

/** What the plugin says of a source, as `rule: flagged text`. */
function complaints(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ id, range }) =>
    `${id}: ${source.slice(range[0], range[1]).replaceAll(/\s+/g, " ").slice(0, 40)}`
  );
}

const PURE = "protocol/frames.ts";

Deno.test("house/pure flags each way to reach the world", () => {
  const impure = [
    "Deno.cwd();",
    "process.exit();",
    "globalThis.fetch(x);",
    "performance.now();",
    "setTimeout(f, 1);",
    "setInterval(f, 1);",
    "queueMicrotask(f);",
    "fetch(x);",
    "new WebSocket(x);",
    "const s: typeof WebSocket = WebSocket;",
    "Date.now();",
    "new Date();",
    "Date();",
    "Math.random();",
    `Math["random"]();`,
    "Math[name]();",
    "const { random } = Math;",
    "const m = Math;",
    "f(Math);",
    "x === Date;",
    "crypto.getRandomValues(x);",
    "crypto.randomUUID();",
    "Temporal.Now.instant();",
    "const later = { setTimeout };",
    "function f(clock = Date.now) { return clock(); }",
    "class K { at = Date.now(); }",
    "export { fetch as get };",
  ];
  for (const source of impure) {
    assert.equal(complaints(PURE, source).filter((one) => one.startsWith("house/pure")).length, 1, source);
  }
});

Deno.test("house/pure lets pure code and other meanings of the names pass", () => {
  const fine = [
    "new Date(atMs).toISOString();",
    "const isDate = x instanceof Date;",
    "Math.max(1, 2); Math['min'](1, 2);",
    "await crypto.subtle.digest('SHA-256', bytes);",
    "port.fetch(x); port.setTimeout(f, 1); port.Deno = 1;",
    "interface Port { fetch(url: string): void; WebSocket: number; readonly performance: number }",
    "type Clock = typeof Date.now; type Socket = WebSocket; type C = Deno.Conn;",
    "function f(fetch: (url: string) => void) { fetch('x'); }",
    "const f = ({ fetch, setTimeout: later }: Ports) => { fetch('x'); later(); };",
    "import { fetch } from './ports.ts'; fetch('x');",
    "for (const process of processes) process.run();",
    "class Worker {} new Worker();",
    "const o = { fetch: 1, performance: 2 };",
    "fetch: for (;;) break fetch;",
    "// Date.now() in words\nconst s = 'Math.random()';",
  ];
  for (const source of fine) assert.deepEqual(complaints(PURE, source), [], source);
});

Deno.test("house/pure does not take a shadow in one function for a shadow in another", () => {
  const source = "function f(fetch: Get) { fetch(1); }\nfunction g() { fetch(2); }";
  assert.deepEqual(complaints(PURE, source), ["house/pure: fetch"]);
});

Deno.test("house/pure looks at pure files only: not at tests, shells and other folders", () => {
  const source = "Date.now();";
  const flagged = (path: string) => complaints(path, source).length === 1;
  assert.deepEqual(
    [
      "coordinator/verify/rules.ts",
      "coordinator/scheduler/core/step.ts",
      "worker/session/step.ts",
      "tasks-as/pathfind/codec.ts",
    ].map(flagged),
    [true, true, true, true],
  );
  assert.deepEqual(
    [
      "protocol/codec_test.ts",
      "coordinator/scheduler/shell.ts",
      "coordinator/gateway/workers.ts",
      "tasks-as/build.ts",
    ].map(flagged),
    [false, false, false, false],
  );
});

Deno.test("house/pure knows a file by its absolute path too", () => {
  const absolute = decodeURIComponent(new URL("../../protocol/frames.ts", import.meta.url).pathname);
  assert.deepEqual(complaints(absolute, "Date.now();"), ["house/pure: Date"]);
});

Deno.test("house/module-let flags let and var at the top of a module only", () => {
  assert.deepEqual(complaints("worker/a.ts", "let a = 1;"), ["house/module-let: let a = 1;"]);
  assert.deepEqual(complaints("worker/a.ts", "export let a = 1;"), ["house/module-let: let a = 1;"]);
  assert.deepEqual(complaints("worker/a.ts", "var a = 1;"), ["house/module-let: var a = 1;"]);
  assert.deepEqual(complaints("worker/a.ts", "const a = 1; { let b = 2; } for (let i = 0;;) {}"), []);
});

Deno.test("house/any-cast flags any inside the type of a cast, however deep", () => {
  assert.deepEqual(complaints("worker/a.ts", "f(x as any);"), ["house/any-cast: x as any"]);
  assert.deepEqual(complaints("worker/a.ts", "f(x as Map<string, any[]>);"), [
    "house/any-cast: x as Map<string, any[]>",
  ]);
  assert.deepEqual(complaints("worker/a.ts", "f(<any> x);"), ["house/any-cast: <any> x"]);
  assert.deepEqual(complaints("worker/a.ts", "f(x as unknown as Map<string, number>);"), []);
  assert.deepEqual(complaints("worker/a.ts", "f(((x: any) => x) as Listener);"), []);
});

Deno.test("house/empty-catch wants a statement or a reason, in blocks and in promises", () => {
  assert.deepEqual(complaints("worker/a.ts", "try { f(); } catch {}"), ["house/empty-catch: catch {}"]);
  assert.deepEqual(complaints("worker/a.ts", "f().catch(() => {});"), ["house/empty-catch: () => {}"]);
  assert.deepEqual(complaints("worker/a.ts", "try { f(); } catch { /* the socket is gone */ }"), []);
  assert.deepEqual(
    complaints("worker/a.ts", "f().catch(() => { /* gone */ }); f().catch(() => undefined);"),
    [],
  );
});

Deno.test("house/computed-import flags names made at run time where arrows are judged", () => {
  assert.deepEqual(complaints("worker/a.ts", "await import(name);"), ["house/computed-import: import(name)"]);
  assert.deepEqual(complaints("worker/a.ts", "await import(`./${name}.ts`);").length, 1);
  assert.deepEqual(complaints("worker/a.ts", `await import("./b.ts");`), []);
  assert.deepEqual(complaints("tests/e2e/a_test.ts", "await import(name);"), []);
  assert.deepEqual(complaints("tasks-as/build/glue.ts", "await import(name);"), []);
  assert.equal(complaints("tasks-as/pathfind/codec.ts", "await import(name);").length, 1);
});

Deno.test("house/function-length stops at 70 lines outside tests", () => {
  const body = (lines: number) => `function f() {${"\n".repeat(lines - 1)}}`;
  assert.deepEqual(complaints("worker/a.ts", body(70)), []);
  assert.equal(complaints("worker/a.ts", body(71)).length, 1);
  assert.deepEqual(complaints("worker/a_test.ts", body(71)), []);
});

Deno.test("every rule has a name the linter accepts", () => {
  for (const name of [plugin.name, ...Object.keys(plugin.rules)]) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
});
