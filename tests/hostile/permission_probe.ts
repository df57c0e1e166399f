// Runs in a thread that is started like a kernel's, and finds out what JavaScript could do there. Kernels are none.

/** Each tries one thing: it throws where that is not possible, or answers false. */
const probes: Readonly<Record<string, () => unknown>> = {
  "read a file": () => Deno.readFileSync(new URL(import.meta.url)),
  "read a file through node": async () => (await import("node:fs")).readFileSync(new URL(import.meta.url)),
  "list a folder": () => [...Deno.readDirSync(".")],
  "write a file": () => Deno.makeTempFileSync(),
  "read the environment": () => Deno.env.get("HOME"),
  "read the environment through node": async () => (await import("node:process")).env["HOME"],
  "list the environment": () => Deno.env.toObject(),
  "connect": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "fetch": () => fetch("http://127.0.0.1:65535/"),
  "open a WebSocket": () => new WebSocket("ws://127.0.0.1:9/"),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  "run a program": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
  "run a program through node": async () => (await import("node:child_process")).execFileSync("true"),
  "open a library": () => Deno.dlopen("libc.so.6", {}),
  "ask who the machine is": () => Deno.hostname(),
  "ask for more permission": async () =>
    (await Deno.permissions.request({ name: "net" })).state === "granted",
  "import a file": () => import(new URL("./wasm_builder.ts", import.meta.url).href),
  "import from an address": () => import(["https:", "127.0.0.1:9", "x.js"].join("/")),
  "import a data address": () => import(["data:text/javascript", "export default 1"].join(",")),
  "evaluate text": () => new Function("return 1")(),
  "start a thread": () => new Worker("data:text/javascript,0", { type: "module" }).terminate(),
  "start a thread with permissions": () =>
    new Worker(
      "data:text/javascript,0",
      { type: "module", deno: { permissions: { net: true } } } as WorkerOptions,
    )
      .terminate(),
  "speak to all threads": () => new BroadcastChannel("probe").close(),
  "share memory": () => new SharedArrayBuffer(8),
  "compile WebAssembly": () => new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
  "read a precise clock": () => performance.now() > 0,
};

/** For each probe: `allowed`, or how it was refused. */
export type ProbeReport = Readonly<Record<string, string>>;

async function tried(probe: () => unknown): Promise<string> {
  try {
    return await probe() === false ? "answered no" : "allowed";
  } catch (error) {
    const { name, message } = ((error as Error).cause ?? error) as Error;
    // The module loader words its own error for a permission that is missing.
    return /Requires \w+ access to/.test(message) ? "NotCapable" : name;
  }
}

const report: Record<string, string> = {};
for (const [name, probe] of Object.entries(probes)) report[name] = await tried(probe);
(self as unknown as { postMessage(report: ProbeReport): void }).postMessage(report);
