// Runs this project's commands as a person types them, in a folder of its own with an operator's data of its own.
import { assert } from "../deps.ts";
import { repositoryRoot } from "../../tools/source_files.ts";

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder in which commands are typed. */
export interface Desk {
  readonly folder: string;
  /** Runs a line of shell. */
  sh(line: string, env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** `deno task kernels:import`, with these arguments. */
  import(...args: readonly string[]): Promise<Ran>;
  /** `deno task kernels:try`, with these arguments. */
  try(...args: readonly string[]): Promise<Ran>;
}

const root = repositoryRoot();

/** The kernels of `tasks-as/testing/wasi`, which ask WASI for everything: how each is compiled to `kernel.wasm`. */
const KERNELS = {
  "probe-as": `'${Deno.execPath()}' run -A --config ${root}/tasks-as/deno.json ` +
    `${root}/tasks-as/testing/wasi/compile.ts kernel.wasm`,
  "probe-c": "clang --target=wasm32-wasi -mexec-model=reactor -Os -Wl,--max-memory=4194304 " +
    `${root}/tasks-as/testing/wasi/kernel.c -o kernel.wasm`,
} as const;

/** One of them. */
export type KernelId = keyof typeof KERNELS;

/** Compiles a kernel and takes it in as version 1.0.0. */
export async function compileKernel(desk: Desk, id: KernelId): Promise<void> {
  const compiled = await desk.sh(KERNELS[id]);
  assert.equal(compiled.code, 0, compiled.err);
  const taken = await desk.import("kernel.wasm", "--id", id, "--version", "1.0.0");
  assert.equal(taken.code, 0, taken.err);
}

/** Gives a test a folder and takes it away. */
export async function withDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const run = async (
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) => {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd: folder,
      env: {
        NO_COLOR: "1",
        // A task inside a task keeps what the outer one was told.
        INIT_CWD: folder,
        P2C2R: root,
        P2C2R_BUNDLES: `${folder}/operator/bundles`,
        P2C2R_DATA: `${folder}/operator/data`,
        ...env,
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    // Deno's own word about permission sets is no business of these tests.
    const err = decoder.decode(stderr).replace(/^Warning Permissions in the config file .*\n/, "");
    return { code, out: decoder.decode(stdout), err };
  };
  const task = (name: string) => (...args: readonly string[]) =>
    run(Deno.execPath(), ["task", "--quiet", "--cwd", root, name, ...args]);
  try {
    await work({
      folder,
      sh: (line, env) => run("sh", ["-euc", line], env),
      import: task("kernels:import"),
      try: task("kernels:try"),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
