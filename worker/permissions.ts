// A worker asks for little and says so: what is missing comes out as the exact command to run instead of a prompt.
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorkerConfig } from "./config.ts";

/** Environment variables that the WebSocket client reads. */
const environment = ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"];

/** The folders whose code a sandbox thread loads. */
const codeFolders = ["../sandbox/", "../protocol/"].map(pathOf);

/** The command that grants what is missing, or null when nothing is. */
export async function commandToRun(config: WorkerConfig, args: readonly string[]): Promise<string | null> {
  if (await areGranted(neededBy(config))) return null;
  const cwd = Deno.cwd();
  const shown = (path: string) => {
    const inside = relative(cwd, path);
    return inside.startsWith("..") ? resolve(path) : inside || ".";
  };
  const parts = ["deno run --no-prompt -P=worker", `--allow-net=${hostOf(config.coordinator)}`];
  if (config.isolate === "process") parts.push(`--allow-run=${quoted(Deno.execPath())}`);
  const usual = pathOf("../data/worker");
  if (relative(usual, config.dataDir) !== "") {
    parts.push(`--allow-read=${quoted([...codeFolders, config.dataDir].map(shown).join(","))}`);
    parts.push(`--allow-write=${quoted(shown(config.dataDir))}`);
  }
  return [...parts, shown(pathOf("./main.ts")), ...args.map(quoted)].join(" ");
}

function neededBy(config: WorkerConfig): readonly Deno.PermissionDescriptor[] {
  return [
    { name: "net", host: hostOf(config.coordinator) },
    { name: "read", path: config.dataDir },
    { name: "write", path: config.dataDir },
    ...(config.isolate === "process" ? [{ name: "run", command: Deno.execPath() } as const] : []),
    ...codeFolders.map((path) => ({ name: "read", path }) as const),
    ...environment.map((variable) => ({ name: "env", variable }) as const),
  ];
}

async function areGranted(needed: readonly Deno.PermissionDescriptor[]): Promise<boolean> {
  const states = await Promise.all(needed.map((one) => Deno.permissions.query(one)));
  return states.every(({ state }) => state === "granted");
}

/** Host and port, the port also where the address leaves it out. */
function hostOf(url: URL): string {
  return `${url.hostname}:${url.port === "" ? url.protocol === "https:" ? 443 : 80 : url.port}`;
}

function pathOf(place: string): string {
  return fileURLToPath(new URL(place, import.meta.url));
}

function quoted(text: string): string {
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
