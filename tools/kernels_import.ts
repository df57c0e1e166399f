// Takes a kernel in from any language: a component of the world in tasks-as/kernel.wit, or a core module that is made
// into one. It is validated, merged, metered, bundled and signed, or refused with a sentence that says what is wrong.
// What needs jco runs as a program of its own, under the configuration that has it.
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { P2c2rError } from "../protocol/errors.ts";
import { bundleNames } from "../sandbox/mod.ts";
import { type KernelSettings, LIMITS, makeBundle } from "./kernel_bundle.ts";
import { signBundles } from "./kernels_sign.ts";
import { openSigner } from "./signers.ts";
import { bundlesByDefault, dataByDefault, typed } from "./operator_paths.ts";
import { repositoryRoot } from "./source_files.ts";

const USAGE = `Takes in a kernel: deno task kernels:import FILE --id ID --version A.B.C [options]
  FILE                      a WASI 0.2 component of the world in tasks-as/kernel.wit, or a core module that exports
                            its functions (and may import WASI preview 1)
  --id ID                   what the kernel is called: a-z, 0-9 and -, at most 40 characters
  --version A.B.C           its version
  --release N               grows with every version (default: one more than the newest release of this id here)
${
  LIMITS.map(({ flag, says, byDefault }) => `  ${`--${flag} N`.padEnd(26)}${says} (default ${byDefault})`)
    .join("\n")
}
  --detection D             measured chance that check catches a lie that matters, 0 to 1 (default 0)
  --nan canonical|own       who makes the bits of NaN the same on every machine: the meter where they can be seen, or
                            the kernel's own code, which is faster (default canonical)
  --bundles DIR             where bundles are (default: $P2C2R_BUNDLES, or those of this project)
  --data DIR                the operator's data folder (default: $P2C2R_DATA, or data)
  --signer DIR              the folder of the signer's private key (default: signer, beside the data folder)
  --dry-run                 judge it and say what it is; write nothing`;

const EXIT = { refused: 65, noInput: 66, usage: 64, io: 74, config: 78 } as const;

/** A failure with the exit code that it means. */
class Refusal extends Error {
  readonly exit: number;

  constructor(exit: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.exit = exit;
  }
}

/** Options by name. */
type Values = Readonly<Record<string, string | boolean | undefined>> & {
  readonly bundles?: string;
  readonly data?: string;
  readonly signer?: string;
};

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = readArgs(args);
  if (values["help"] === true) return console.log(USAGE);
  const file = typed(positionals[0] as string);
  const bundlesDir = values.bundles === undefined ? bundlesByDefault() : typed(values.bundles);
  const component = await componentOf(file);
  const release = await releaseOf(bundlesDir, String(values["id"]), String(values["version"]));
  const settings = settingsOf(values, release);
  const { files, summary } = await makeBundle(component, settings);
  const name = `${settings.id}/${settings.version}`;
  console.log(`${name}, release ${settings.release}: ${summary}`);
  if (values["dry-run"] === true) return;
  await writeBundle(`${bundlesDir}/${name}`, name, files);
  const dataDir = values.data === undefined ? dataByDefault() : typed(values.data);
  const signer = await openSigner(
    values.signer === undefined ? join(dirname(dataDir), "signer") : typed(values.signer),
  );
  await signBundles({ bundlesDir, dataDir, signer, only: [name] });
  console.log(`signed by ${signer.keyId}`);
}

function readArgs(args: readonly string[]) {
  const parsed = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      "id": { type: "string" },
      "version": { type: "string" },
      "release": { type: "string" },
      ...Object.fromEntries(LIMITS.map(({ flag }) => [flag, { type: "string" as const }])),
      "detection": { type: "string" },
      "nan": { type: "string", default: "canonical" },
      "bundles": { type: "string" },
      "data": { type: "string" },
      "signer": { type: "string" },
      "dry-run": { type: "boolean" },
      "help": { type: "boolean" },
    },
  });
  const values = parsed.values as Values;
  if (values["help"] !== true) {
    const missing = ["id", "version"].filter((name) => values[name] === undefined);
    if (parsed.positionals.length !== 1) {
      throw new Refusal(EXIT.usage, `Give one FILE, not ${parsed.positionals.length}`);
    }
    if (missing.length > 0) {
      throw new Refusal(
        EXIT.usage,
        `Give ${missing.map((name) => `--${name}`).join(" and ")}`,
      );
    }
  }
  return { values, positionals: parsed.positionals };
}

/** The component in a file, or around the core module in it, valid as a whole. */
async function componentOf(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    await Deno.stat(file);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(EXIT.noInput, `Cannot read ${file}: ${words}`, cause);
  }
  const folder = await Deno.makeTempDir();
  try {
    const made = `${folder}/component.wasm`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-env",
        "--allow-read",
        `--allow-write=${folder}`,
        "--config",
        join(repositoryRoot(), "tasks-as", "deno.json"),
        join(repositoryRoot(), "tasks-as", "componentize.ts"),
        file,
        made,
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    if (code === 0) return await Deno.readFile(made);
    const words = new TextDecoder().decode(stderr).trim();
    if (code !== EXIT.refused) throw new Refusal(EXIT.io, `Cannot take ${file}: jco does not run: ${words}`);
    throw new Refusal(EXIT.refused, `Cannot take ${file}: it is no component of the kernel world: ${words}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function settingsOf(
  values: Values,
  release: number,
): KernelSettings {
  const number = (flag: string, byDefault: number) => {
    const text = values[flag];
    if (text === undefined) return byDefault;
    const value = Number(text);
    if (typeof text !== "string" || !/^\d+(\.\d+)?$/.test(text) || !Number.isFinite(value)) {
      throw new Refusal(EXIT.usage, `--${flag} is ${text}; expected a number`);
    }
    return value;
  };
  const { nan } = values;
  if (nan !== "canonical" && nan !== "own") {
    throw new Refusal(EXIT.usage, `--nan is ${nan}; expected canonical or own`);
  }
  return {
    id: String(values["id"]),
    version: String(values["version"]),
    release: number("release", release),
    detection: number("detection", 0),
    nan,
    limits: Object.fromEntries(LIMITS.map(({ key, flag, byDefault }) => [key, number(flag, byDefault)])),
  };
}

/** The release that a version has here, or one more than the newest of its kernel, as far as the manifests say. */
async function releaseOf(bundlesDir: string, id: string, version: string): Promise<number> {
  let newest = 0;
  for (const name of (await bundleNames(bundlesDir)).filter((one) => one.startsWith(`${id}/`))) {
    const { release } = JSON.parse(await Deno.readTextFile(`${bundlesDir}/${name}/manifest.json`)) as {
      release?: unknown;
    };
    if (typeof release !== "number") continue;
    if (name === `${id}/${version}`) return release;
    newest = Math.max(newest, release);
  }
  return newest + 1;
}

/** A version that was published is not changed: what is there already must be the same. */
async function writeBundle(
  folder: string,
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  if ((await bundleNames(dirname(dirname(folder)))).includes(name)) {
    const there = await Deno.readFile(`${folder}/manifest.json`);
    const made = files.get("manifest.json") ?? new Uint8Array(0);
    if (there.length === made.length && there.every((byte, i) => byte === made[i])) return;
    throw new Refusal(
      EXIT.refused,
      `Cannot take ${name}: that version is here already, and is another one; give the next --version`,
    );
  }
  await Deno.mkdir(folder, { recursive: true });
  for (const [file, bytes] of files) await Deno.writeFile(`${folder}/${file}`, bytes);
}

/** Says what went wrong, and returns the exit code. */
function complain(error: unknown): number {
  if (error instanceof Refusal) {
    console.error(error.exit === EXIT.usage ? `${error.message}\n${USAGE}` : error.message);
    return error.exit;
  }
  if (error instanceof P2c2rError) {
    console.error(`${error.message}\n${error.hint}`);
    return error.code === "config.invalid" ? EXIT.config : EXIT.refused;
  }
  const { message, code } = error as { message?: string; code?: string };
  if (code?.startsWith("ERR_PARSE_ARGS") === true) {
    console.error(`${message}\n${USAGE}`);
    return EXIT.usage;
  }
  console.error(`Cannot take the kernel in: a folder cannot be used: ${message ?? error}`);
  return EXIT.io;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    Deno.exit(complain(error));
  }
}
