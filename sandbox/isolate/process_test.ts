import { fileURLToPath } from "node:url";
import { assert } from "../../tests/deps.ts";
import { PROCESS_FLAGS, processes } from "./process.ts";

const MAIN = fileURLToPath(new URL("./process_main.ts", import.meta.url));

Deno.test("a process outlives polite signals and ends by itself when the one that started it is gone", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PROCESS_FLAGS, MAIN],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.ok((await reader.read()).value !== undefined, "it is ready");
  // As a terminal and a service manager send them to everything that belongs to a program.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) child.kill(signal);
  // What the system does to the pipes of a program that died.
  await child.stdin.close();
  assert.equal((await child.status).code, 0);
  await reader.cancel();
});

Deno.test("a process that is ended is gone when end() resolves, and nothing is heard of it", async () => {
  const cell = processes.start();
  const heard: string[] = [];
  await new Promise<void>((resolve) =>
    cell.listen({ message: () => resolve(), died: (reason) => heard.push(reason) })
  );
  await cell.end();
  await cell.end();
  assert.deepEqual(heard, []);
});

Deno.test("a process is given no permission, and no way to ask for one", () => {
  assert.deepEqual(PROCESS_FLAGS.filter((flag) => flag.startsWith("--allow") || /^-[A-Z]/.test(flag)), []);
  assert.ok(PROCESS_FLAGS.includes("--no-prompt"));
});
