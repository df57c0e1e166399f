// What benchmarks with processes of their own have in common: flags, a crew that is gone at the end, and where figures go.
import { parseArgs } from "node:util";
import { Crew } from "../../tools/demo/crew.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { keepMeasured } from "../measured.ts";
import { writeSection } from "../page_section.ts";

/** What a benchmark is asked. */
export interface Flags {
  readonly json: boolean;
  /** Put the figures into their page and keep them. */
  readonly write: boolean;
  /** Small sizes: whether it works, not what it measures. */
  readonly quick: boolean;
  readonly long: boolean;
}

const endMs = 5_000;

/** The flags of the command line. */
export function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
    },
  });
  return values;
}

/** Runs work with processes and a folder that are gone when it is done. */
export async function withCrew<T>(work: (crew: Crew, folder: string) => Promise<T>): Promise<T> {
  return await withTempFolder(async (folder) => {
    const crew = new Crew();
    try {
      return await work(crew, folder);
    } finally {
      await crew.end(endMs);
    }
  });
}

/** Prints figures, and with `--write` puts their text into a section of a page. `keep`: other pages calculate with them. */
export async function publish(
  { json, write }: Flags,
  { page, section, text, figures, keep = false }: {
    readonly page: string;
    readonly section: string;
    readonly text: string;
    readonly figures: unknown;
    readonly keep?: boolean;
  },
): Promise<void> {
  if (write) {
    await writeSection(page, section, text);
    if (keep) await keepMeasured(section, figures);
  }
  console.log(json ? JSON.stringify(figures) : text);
}

/** The middle one, or the upper of two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
