// The demo's command line.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { P2c2rError } from "../../protocol/mod.ts";

/** What the demo is asked to do. */
export interface DemoOptions {
  readonly json: boolean;
  readonly help: boolean;
  /** A Moving AI map to use instead of the demo's own. */
  readonly map: string | undefined;
  /** Seeds maps, problems and the liar's choices; the coordinator's draws stay secret and cryptographic. */
  readonly seed: number;
}

const seedMax = 0xffff_ffff;

/** What `--help` prints. */
export const demoHelp =
  `Runs community compute on this machine: a coordinator, four workers (one lies, one is killed half-way) and a game backend
with real work, as separate processes, for half a minute. Writes out/paths.png and out/physics.png.

  deno task demo [--json] [--map FILE] [--seed N]

  --json      ends with one line of JSON
  --map FILE  finds its paths on this Moving AI .map file
  --seed N    makes the same maps, problems and lies again (what is rechecked stays random)
`;

/** Reads the command line; paths are meant from the folder `typedIn`. @throws P2c2rError `config.usage` for a flag that is not allowed, `config.invalid` for a value */
export function parseOptions(args: readonly string[], freshSeed: number, typedIn: string): DemoOptions {
  const values = flagsOf(args);
  const seed = values.seed === undefined ? freshSeed : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 1 || seed > seedMax) {
    const state = `--seed is "${values.seed}", allowed is a whole number from 1 to ${seedMax}`;
    throw new P2c2rError("config.invalid", `Cannot start demo: ${state}`);
  }
  const map = values.map === undefined ? undefined : resolve(typedIn, values.map);
  return { json: values.json ?? false, help: values.help ?? false, map, seed };
}

function flagsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean" },
        help: { type: "boolean" },
        map: { type: "string" },
        seed: { type: "string" },
      },
    });
    return values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("config.usage", `Cannot start demo: ${reason}`, {
      hint: "See deno task demo --help.",
      cause,
    });
  }
}
