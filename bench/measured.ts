// Figures that other pages calculate with: what a benchmark measured with --write, kept as JSON beside the benchmarks.
import { writeFormatted } from "./page_section.ts";

const folder = new URL("./measured/", import.meta.url);

/** Keeps the figures of a benchmark under its name. */
export async function keepMeasured(name: string, figures: unknown): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await writeFormatted(`bench/measured/${name}.json`, JSON.stringify(figures));
}

/** What a benchmark measured last. @throws Error with the command that measures it */
export async function readMeasured<T>(name: string): Promise<T> {
  try {
    return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, folder))) as T;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot calculate: run \`deno task bench ${name} --write\` first`, { cause });
  }
}
