// How a coordinator is told to stop: the first signal asks, a later one insists, and so can the end of standard input.

/** A terminal and a task runner both pass ctrl-C on: what comes this soon after the first is the same wish. */
const SAME_WISH_MS = 500;
/** Exit code of a program that was made to end, by convention 128 + SIGINT. */
const FORCED_EXIT_CODE = 130;
/** Supervisors kill after five seconds; this comes before. */
const STOP_MS_MAX = 4_000;

/** Resolves at the first wish to stop. From then on a second wish, or four seconds, end the process. */
export function stopWish(exitOnEof: boolean): Promise<string> {
  return new Promise((resolve) => {
    let wishedMs: number | null = null;
    const wish = (reason: string): void => {
      if (wishedMs === null) {
        wishedMs = performance.now();
        Deno.unrefTimer(setTimeout(() => Deno.exit(FORCED_EXIT_CODE), STOP_MS_MAX));
        return resolve(reason);
      }
      if (performance.now() - wishedMs > SAME_WISH_MS) Deno.exit(FORCED_EXIT_CODE);
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => wish(signal));
    if (exitOnEof) void endOfInput().then(() => wish("end of input"));
  });
}

async function endOfInput(): Promise<void> {
  const sink = new WritableStream<Uint8Array>();
  // An input that breaks is one that has ended.
  await Deno.stdin.readable.pipeTo(sink).catch((error: unknown) => console.error(`Standard input: ${error}`));
}
