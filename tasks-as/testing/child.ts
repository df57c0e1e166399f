/** Runs a script in a Deno process of its own and returns the line that it prints. */

/**
 * @param v8Flags which compiler tier runs WebAssembly: `--liftoff-only` or `--no-liftoff`
 * @throws {Error} with what the process wrote to stderr when it fails.
 */
export async function digestIn(
  script: URL,
  args: readonly string[],
  v8Flags: readonly string[],
): Promise<string> {
  const flags = v8Flags.length > 0 ? [`--v8-flags=${v8Flags.join(",")}`] : [];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-prompt", "--allow-read", ...flags, script.href, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run ${script.pathname}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trim();
}
