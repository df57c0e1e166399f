// Commands whose names are already stable but whose work comes with a later issue: say so in one sentence, exit 64.
const USAGE_EXIT_CODE = 64;

/** What each announced command will do, in the words of `docs/`. */
const LATER: Readonly<Record<string, string>> = {
  "kernels:import": "takes a foreign WASI 0.2 component into the bundles",
};

/** The sentence for an announced command. */
export function announcement(command: string): string {
  const does = LATER[command];
  return does === undefined
    ? `deno task ${command} is not a command of this project.`
    : `deno task ${command} ${does}; it comes with a later release.`;
}

if (import.meta.main) {
  console.error(announcement(Deno.args[0] ?? ""));
  Deno.exit(USAGE_EXIT_CODE);
}
