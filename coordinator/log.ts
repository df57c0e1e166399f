// What the coordinator says while it runs: sentences for people, or one JSON object per line for programs.

/** Says one thing: a stable type, a sentence, and what a program may want to read. */
export type Log = (type: string, sentence: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log that writes lines. */
export function lineLog(json: boolean, write: (line: string) => void): Log {
  return (type, sentence, fields = {}) =>
    write(json ? JSON.stringify({ type, ...fields, sentence }) : sentence);
}

/** An error as a sentence, with what led to it; with its stack where it is a defect. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = error.name === "P2c2rError";
  const causes: string[] = [];
  for (let { cause } = error; cause instanceof Error; { cause } = cause) {
    causes.push(cause.name === "P2c2rError" ? cause.message : `${cause.name}: ${cause.message}`);
  }
  const own = isExpected ? error.message : error.stack ?? `${error.name}: ${error.message}`;
  return causes.length === 0 ? own : `${own} (${causes.join("; ")})`;
}
