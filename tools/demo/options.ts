// The demo's command line.
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

/** What `--help` prints. */
export const demoHelp =
  `Runs community compute on this machine: a coordinator, four workers (one lies, one is killed half-way) and a game backend
with real work, as separate processes, for half a minute. Writes out/paths.png and out/physics.png.

  deno task demo [--json] [--map FILE] [--seed N]

  --json      ends with one line of JSON
  --map FILE  finds its paths on this Moving AI .map file
  --seed N    makes the same maps, problems and lies again (what is rechecked stays random)
`;

/** Reads the command line. @throws P2c2rError `config.invalid` for a flag or value that is not allowed. */
export function parseOptions(args: readonly string[], freshSeed: number): DemoOptions {
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
    const seed = values.seed === undefined ? freshSeed : Number(values.seed);
    if (!Number.isInteger(seed) || seed < 1 || seed > 0xffff_ffff) {
      throw new RangeError(`--seed is "${values.seed}", allowed is a whole number from 1 to 4294967295`);
    }
    return { json: values.json ?? false, help: values.help ?? false, map: values.map, seed };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("config.invalid", `Cannot start demo: ${reason}`, {
      hint: "See deno task demo --help.",
      cause,
    });
  }
}
