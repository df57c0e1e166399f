// Statements with many rows, cut so that they stay far below what either database takes.

/** Rows of one statement: at eight columns a sixteenth of SQLite's and an eighth of Postgres's parameters. */
const rowsMax = 256;

/** Runs `work` on parts of `items`, in order; not at all when there are none. */
export async function inChunks<T>(
  items: readonly T[],
  work: (part: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += rowsMax) await work(items.slice(start, start + rowsMax));
}
