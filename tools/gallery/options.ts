// The gallery's command line.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { P2c2rError } from "../../protocol/mod.ts";
import { exhibitNames } from "./exhibits.ts";

/** What the gallery is asked to show. */
export interface GalleryOptions {
  readonly help: boolean;
  /** Names of exhibits, in their order. */
  readonly only: readonly string[];
  /** Less work and smaller pictures. */
  readonly small: boolean;
  /** The folder that gets the pictures. */
  readonly outDir: string;
  readonly seed: number;
}

const seedMax = 0xffff_ffff;

/** What `--help` prints. */
export const galleryHelp =
  `Shows what the kernels compute: a coordinator, two workers and a game backend as separate processes on this machine,
and pictures of the answers in out/gallery/ with an index.html.

  deno task gallery [--only NAME,…] [--small] [--out DIR] [--seed N]

  --only NAME,…  only these: ${exhibitNames.join(", ")}
  --small        less work and smaller pictures
  --out DIR      writes them there instead
  --seed N       other maps and landscapes (default 7)
`;

/** Reads the command line; paths are meant from the folder `typedIn`. @throws P2c2rError `config.usage` for a flag that is not allowed, `config.invalid` for a value */
export function parseOptions(args: readonly string[], typedIn: string, usualOut: string): GalleryOptions {
  const values = flagsOf(args);
  const seed = Number(values.seed ?? 7);
  if (!Number.isInteger(seed) || seed < 1 || seed > seedMax) {
    throw invalid(`--seed is "${values.seed}", allowed is a whole number from 1 to ${seedMax}`);
  }
  const only = values.only === undefined ? exhibitNames : values.only.split(",");
  const unknown = only.filter((name) => !exhibitNames.includes(name));
  if (unknown.length > 0) {
    throw invalid(`--only names ${unknown.join(", ")}, allowed are ${exhibitNames.join(", ")}`);
  }
  const outDir = values.out === undefined ? usualOut : resolve(typedIn, values.out);
  return { help: values.help ?? false, only, small: values.small ?? false, outDir, seed };
}

function invalid(state: string): P2c2rError {
  return new P2c2rError("config.invalid", `Cannot open gallery: ${state}`);
}

function flagsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean" },
        only: { type: "string" },
        small: { type: "boolean" },
        out: { type: "string" },
        seed: { type: "string" },
      },
    });
    return values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("config.usage", `Cannot open gallery: ${reason}`, {
      hint: "See deno task gallery --help.",
      cause,
    });
  }
}
