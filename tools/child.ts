// One way to ask a child process something: its words come back as text, and nothing waits for standard input.

/** How a child ended and what it said. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs this very Deno in `cwd`, with `input` on its standard input. */
export async function askDeno(cwd: string, args: readonly string[], input = ""): Promise<Answer> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writing = ReadableStream.from([new TextEncoder().encode(input)]).pipeTo(child.stdin);
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), writing]);
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}
