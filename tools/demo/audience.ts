// Who watches a program that runs for a while: sentences that stay, and a line of progress that is replaced.

/** What the audience sees while it runs. */
export interface Audience {
  say(sentence: string): void;
  /** Replaces the last progress. */
  progress(text: string): void;
}

const quietMs = 3_000;

/** Progress on one line of a terminal; elsewhere one line every few seconds. */
export function audienceOn(write: (text: string) => void, terminal: boolean): Audience {
  let shown = 0;
  let saidMs = -Infinity;
  const clear = () => {
    if (shown > 0) write(`\r${" ".repeat(shown)}\r`);
    shown = 0;
  };
  return {
    say(sentence) {
      clear();
      write(`${sentence}\n`);
    },
    progress(text) {
      if (terminal) {
        clear();
        write(`  ${text}`);
        shown = text.length + 2;
      } else if (performance.now() - saidMs >= quietMs) {
        saidMs = performance.now();
        write(`  ${text}\n`);
      }
    },
  };
}
