// `deno task coordinator`: signs the kernels that nobody has signed, then runs the coordinator with the permissions its
// settings need and no more. Two processes, so that the one that talks to the world cannot read the signing key.
import { dirname, resolve } from "node:path";
import { type CoordinatorConfig, readConfig } from "../coordinator/config.ts";
import { exitCodeOf } from "../coordinator/exit_codes.ts";
import { P2c2rError } from "../protocol/mod.ts";
import { coordinatorV8Flags } from "./coordinator_engine.ts";
import { repositoryRoot } from "./source_files.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const root = repositoryRoot();
  const program = `${root}/coordinator/main.ts`;
  try {
    const env = (name: string) => Deno.env.get(name);
    const cores = navigator.hardwareConcurrency;
    const config = readConfig({ args, env, cores, bundles: `${root}/tasks-as/bundles` });
    if (config === "help") return await runToEnd([program, "--help"]);
    const signed = await runToEnd(signing(root, config));
    if (signed !== 0) return signed;
    return await serve([...coordinatorGrants(root, config), program, ...args], config.exitOnEof);
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    console.error(`${error.message}\n${error.hint}`);
    return exitCodeOf(error);
  }
}

/** The settings that decide about rights. */
export type Reach = Pick<CoordinatorConfig, "host" | "data" | "bundles">;

/** What the coordinator may: listen at its address, read its code, the kernels and its data, write its data. */
export function coordinatorGrants(root: string, { host, data, bundles }: Reach): string[] {
  return [
    "-P=coordinator",
    `--allow-net=${host.includes(":") ? `[${host}]` : host}`,
    `--allow-read=${paths(`${root}/protocol`, `${root}/sandbox`, bundles, data)}`,
    `--allow-write=${paths(data)}`,
  ];
}

/** The key lies beside the data folder, where the coordinator does not reach. */
function signing(root: string, { data, bundles }: Reach): string[] {
  const signer = `${dirname(resolve(data))}/signer`;
  return [
    `--allow-read=${paths(bundles, data, signer)}`,
    `--allow-write=${paths(data, signer)}`,
    `${root}/tools/kernels_sign.ts`,
    "--if-missing",
    ...["--data", data, "--signer", signer, "--bundles", bundles],
  ];
}

/** A list as Deno's flags read it: a comma inside a path is doubled. */
function paths(...list: readonly string[]): string {
  return list.map((path) => resolve(path).replaceAll(",", ",,")).join(",");
}

async function runToEnd(args: readonly string[]): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "--no-prompt", ...args], stdin: "null" });
  return (await command.spawn().status).code;
}

/** Passes signals on, and lives in the child's standard input: whatever ends this process ends the child. */
async function serve(args: readonly string[], endsWithInput: boolean): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `--v8-flags=${coordinatorV8Flags}`, ...args, "--exit-on-eof"],
    stdin: "piped",
  }).spawn();
  let ended = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (!ended) child.kill(signal);
    });
  }
  if (endsWithInput) {
    // The child's end closes the pipe from the other side, which is no failure of its input.
    Deno.stdin.readable.pipeTo(child.stdin).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    });
  }
  const { code } = await child.status;
  ended = true;
  return code;
}
