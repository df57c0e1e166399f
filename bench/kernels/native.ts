// The hot loop of a kernel as a C program: compiled with clang or gcc -O2 where there is one, else left out.

const COMPILERS = ["clang", "gcc"] as const;

/** What a program of bench/kernels/native/ printed, or why it could not be measured. */
export type NativeResult =
  | { readonly type: "measured"; readonly compiler: string; readonly ms: number; readonly check: string }
  | { readonly type: "missing" };

/**
 * Compiles `source`, gives it `input` on standard input and reads `MS CHECK` from its output: milliseconds of its
 * fastest round, and a word that tells whether it did the same work.
 */
export async function runNative(source: URL, input: Uint8Array): Promise<NativeResult> {
  const folder = await Deno.makeTempDir();
  try {
    for (const compiler of COMPILERS) {
      const program = `${folder}/${compiler}`;
      if (!(await compile(compiler, source, program))) continue;
      const [ms, check] = (await pipe(program, input)).trim().split(" ");
      return { type: "measured", compiler, ms: Number(ms), check: check ?? "" };
    }
    return { type: "missing" };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compile(compiler: string, source: URL, program: string): Promise<boolean> {
  const args = ["-O2", "-o", program, source.pathname, "-lm"];
  try {
    const { success, stderr } = await new Deno.Command(compiler, { args, stderr: "piped" }).output();
    if (!success) throw new Error(`Cannot compile ${source.pathname}: ${new TextDecoder().decode(stderr)}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function pipe(program: string, input: Uint8Array): Promise<string> {
  const child = new Deno.Command(program, { stdin: "piped", stdout: "piped" }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(input.slice());
  await writer.close();
  const { success, stdout } = await output;
  if (!success) throw new Error(`Cannot measure: ${program} failed`);
  return new TextDecoder().decode(stdout);
}
