// Text in, lines out.

/** Splits a stream of text at line feeds; a last line without one counts. */
export class TextLineStream extends TransformStream<string, string> {
  /** A stream between a decoder and a reader of lines. */
  constructor() {
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
