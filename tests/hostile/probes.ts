// What JavaScript could try from inside an isolate. Kernels are no JavaScript; this asks what would be left between a
// defect of the engine and the helper's computer.

/** For each probe: `allowed`, `answered no`, or how it was refused. */
export type ProbeReport = Readonly<Record<string, string>>;

type Probe = () => unknown;
/** Globals of some runtime that others do not have. */
type Foreign = Readonly<Record<string, (...args: unknown[]) => unknown>>;
const foreign = globalThis as unknown as Readonly<Record<string, new (...args: unknown[]) => unknown>>;

/** A name that no type checker and no bundler looks behind. */
const named = (name: string): Promise<Foreign> => import(name);

const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Files, programs and the machine, through Deno. */
const throughDeno: Readonly<Record<string, Probe>> = {
  "read a file": () => Deno.readFileSync(import.meta.filename ?? "/etc/passwd"),
  "list a folder": () => [...Deno.readDirSync(".")],
  "look at a file": () => Deno.statSync("."),
  "write a file": () => Deno.writeTextFileSync("probe.txt", ""),
  "make a file of its own": () => Deno.makeTempFileSync(),
  "remove a file": () => Deno.removeSync("no-such-file"),
  "link a file": () => Deno.symlinkSync("a", "b"),
  "change a file's mode": () => Deno.chmodSync(".", 0o755),
  "read its folder's name": () => Deno.cwd(),
  "change its folder": () => Deno.chdir("/"),
  "watch files": () => Deno.watchFs(".").close(),
  "read a variable of the environment": () => Deno.env.get("HOME"),
  "list the environment": () => Deno.env.toObject(),
  "set a variable of the environment": () => Deno.env.set("PROBE", "1"),
  "run a program": () => new Deno.Command("true").outputSync(),
  "run this Deno": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
  "open a library": () => Deno.dlopen("libc.so.6", {}),
  "kill a process": () => Deno.kill(Deno.ppid, "SIGURG"),
  "ask for the host's name": () => Deno.hostname(),
  "ask for the user": () => Deno.uid(),
  "ask for the system's release": () => Deno.osRelease(),
  "ask for the load": () => Deno.loadavg(),
  "ask for memory": () => Deno.systemMemoryInfo(),
  "ask for network addresses": () => Deno.networkInterfaces(),
  "ask for more permission": async () =>
    (await Deno.permissions.request({ name: "net" })).state === "granted",
  "ask whether it has permission": async () =>
    (await Deno.permissions.query({ name: "read" })).state === "granted",
};

/** The network. Whoever listens at the port writes down who comes. */
const network = (port: number): Readonly<Record<string, Probe>> => ({
  "connect": () => Deno.connect({ hostname: "127.0.0.1", port }),
  "connect encrypted": () => Deno.connectTls({ hostname: "127.0.0.1", port }),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  "serve": () => Deno.serve({ port: 0, onListen: () => {} }, () => new Response()).shutdown(),
  "resolve a name": () => Deno.resolveDns("probe.invalid", "A"),
  "fetch": () => fetch(`http://127.0.0.1:${port}/fetch`, { mode: "no-cors" }),
  "fetch an address of data": async () => await (await fetch("data:text/plain,1")).text(),
  "fetch a file": () => fetch("file:///etc/passwd"),
  "ask by XMLHttpRequest": () => {
    const request = new foreign["XMLHttpRequest"]!() as EventTarget & Foreign;
    request["open"]!("GET", `http://127.0.0.1:${port}/request`);
    request["send"]!();
    return opened(request);
  },
  "open a WebSocket": () => opened(new WebSocket(`ws://127.0.0.1:${port}/`)),
  "open a stream of WebSocket": () =>
    (new foreign["WebSocketStream"]!(`ws://127.0.0.1:${port}/`) as WebSocketStream).opened,
  "open a stream of events": () => opened(new EventSource(`http://127.0.0.1:${port}/events`)),
  "open WebTransport": () =>
    (new foreign["WebTransport"]!(`https://127.0.0.1:${port}/`) as WebTransport).ready,
  "open a peer connection": () => new foreign["RTCPeerConnection"]!(),
  "import from an address": () => named(`http://127.0.0.1:${port}/module.js`),
  "import by importScripts": () =>
    (globalThis as unknown as Foreign)["importScripts"]!(`http://127.0.0.1:${port}/script.js`),
  "start a worker from an address": () =>
    opened(new Worker(`http://127.0.0.1:${port}/worker.js`, { type: "module" })),
  "import from JSR": () => named("jsr:@probe/none@1.0.0"),
  "import from npm": () => named("npm:p2c2r-probe-that-is-not-there@1.0.0"),
});

/** What Node's modules give. */
const throughNode = (port: number): Readonly<Record<string, Probe>> => ({
  "read a file through node": async () => (await named("node:fs"))["readFileSync"]!("/etc/passwd"),
  "read the environment through node": async () =>
    ((await named("node:process")) as unknown as { env: Record<string, string> }).env["HOME"] !== undefined,
  "run a program through node": async () => (await named("node:child_process"))["execFileSync"]!("true"),
  "look at the machine through node": async () => (await named("node:os"))["hostname"]!(),
  "resolve a name through node": async () => {
    const dns = await named("node:dns/promises");
    return await dns["resolve4"]!("probe.invalid");
  },
  "open a database file": async () => {
    const { DatabaseSync } = await named("node:sqlite") as unknown as {
      DatabaseSync: new (path: string) => { close(): void };
    };
    new DatabaseSync("probe.db").close();
  },
  "connect through node": async () => {
    const socket = (await named("node:net"))["connect"]!(port, "127.0.0.1") as Foreign;
    await new Promise((resolve, reject) => {
      socket["on"]!("error", reject);
      socket["on"]!("connect", resolve);
    });
  },
});

/** Storage, other threads and code made of text. */
const inside: Readonly<Record<string, Probe>> = {
  "keep something in local storage": () => localStorage.setItem("probe", "1"),
  "open an indexed database": () =>
    opened((foreign["indexedDB"] as unknown as { open(name: string): EventTarget }).open("probe")),
  "open a cache": () => caches.open("probe"),
  "open a private file system": () =>
    (navigator as unknown as { storage: { getDirectory(): unknown } }).storage.getDirectory(),
  "open a key-value store": () => (Deno as unknown as Foreign)["openKv"]!(),
  "speak to all threads": () => new BroadcastChannel("probe").close(),
  "start a thread of data": () =>
    opened(new Worker("data:text/javascript,postMessage(1)", { type: "module" })),
  "start a thread with permissions": () =>
    new Worker(
      "data:text/javascript,0",
      { type: "module", deno: { permissions: { net: true } } } as WorkerOptions,
    )
      .terminate(),
  "share memory": () => new SharedArrayBuffer(8),
  "import an address of data": () => named("data:text/javascript,export default 1"),
  "import a file that is not its own": () => named("file:///etc/passwd"),
  "evaluate text": () => new Function("return 1")(),
  "evaluate text behind a function's back": () =>
    ((() => {}).constructor as FunctionConstructor)("return 1")(),
  "compile WebAssembly": () => new WebAssembly.Module(WASM),
};

/**
 * Tries everything, one after the other.
 *
 * @param port where somebody listens for requests that get out
 * @param without what is not tried
 */
export async function probe(port: number, without: readonly string[] = []): Promise<ProbeReport> {
  const all = { ...throughDeno, ...network(port), ...throughNode(port), ...inside };
  const report: Record<string, string> = {};
  for (const [name, one] of Object.entries(all)) {
    if (!without.includes(name)) report[name] = await tried(one);
  }
  return report;
}

/** Longest time for one probe: whatever waits longer waits for somebody. */
const PROBE_MS_MAX = 5_000;

async function tried(one: Probe): Promise<string> {
  try {
    return await within(one) === false ? "answered no" : "allowed";
  } catch (error) {
    if (!(error instanceof Error)) return "refused";
    const { name, message } = error.cause instanceof Error ? error.cause : error;
    // The module loader words its own error for a permission that is missing.
    return /Requires \w+ access|permission/i.test(message) ? "NotCapable" : name;
  }
}

async function within(one: Probe): Promise<unknown> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DOMException("", "TimeoutError")), PROBE_MS_MAX);
  try {
    return await Promise.race([(async () => await one())(), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when something opens, and rejects when it fails. */
function opened(one: EventTarget): Promise<unknown> {
  return new Promise((resolve, reject) => {
    for (const type of ["open", "message", "success", "load"]) one.addEventListener(type, resolve);
    one.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new Error((event as ErrorEvent).message));
    });
  });
}
