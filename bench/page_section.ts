// Puts measured tables into a page, between two marks, so that a number in the docs is what a run printed.
import { fileURLToPath } from "node:url";

/**
 * `page` is a path from the root;
 * `<!-- begin NAME -->` and `<!-- end NAME -->` in the page hold the section; what is between them is replaced.
 */
export async function writeSection(page: string, name: string, markdown: string): Promise<void> {
  const path = fileURLToPath(new URL(`../${page}`, import.meta.url));
  const text = await Deno.readTextFile(path);
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`Cannot write ${page}: it has no ${begin} … ${end}`);
  await writeFormatted(
    page,
    `${text.slice(0, from + begin.length)}\n\n${markdown.trim()}\n\n${text.slice(to)}`,
  );
}

/** What stands between the marks of a section. */
export async function readSection(page: string, name: string): Promise<string> {
  const text = await Deno.readTextFile(fileURLToPath(new URL(`../${page}`, import.meta.url)));
  const [, behind] = text.split(`<!-- begin ${name} -->`);
  const [section, rest] = behind?.split(`<!-- end ${name} -->`) ?? [];
  if (section === undefined || rest === undefined) throw new Error(`Cannot read ${page}: it has no ${name}`);
  return section;
}

/** Writes a text file as the gate wants it; `page` is a path from the root. */
export async function writeFormatted(page: string, text: string): Promise<void> {
  const path = fileURLToPath(new URL(`../${page}`, import.meta.url));
  await Deno.writeTextFile(path, text);
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
  if (!success) throw new Error(`Cannot format ${page}`);
}

/** A Markdown table. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
