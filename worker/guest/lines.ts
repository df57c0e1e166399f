// Lines from standard input, one after the other, none longer than a person types.

const lineCharactersMax = 1024;

/** Calls `line` for each line until the input ends; overlong lines are cut. */
export async function readLines(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  line: (text: string) => void,
): Promise<void> {
  let rest = "";
  for await (const part of input.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!.slice(0, lineCharactersMax);
    for (const text of lines) line(text.slice(0, lineCharactersMax));
  }
  if (rest !== "") line(rest);
}
