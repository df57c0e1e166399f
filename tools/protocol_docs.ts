// Writes the tables of docs/protocol.md from the schema, the codes and the limits themselves, so that they cannot rot:
// deno run --allow-read --allow-write tools/protocol_docs.ts && deno fmt docs/protocol.md
import { codes } from "../protocol/errors.ts";
import { describeField } from "../protocol/fields.ts";
import { limits } from "../protocol/limits.ts";
import { type CompiledRow, type Lane, rows } from "../protocol/schema.ts";
import { repositoryRoot } from "./source_files.ts";

/** The sources whose comments explain the tables. */
export interface DocSources {
  /** protocol/messages.ts */
  readonly messages: string;
  /** protocol/limits.ts */
  readonly limits: string;
}

const lanes: Readonly<Record<Lane, string>> = {
  fromWorker: "worker → coordinator",
  toWorker: "coordinator → worker",
  fromBackend: "backend → coordinator",
  toBackend: "coordinator → backend",
};

/** The generated parts of the page, by the names in its `<!-- generated: NAME -->` marks. */
export function protocolSections(sources: DocSources): ReadonlyMap<string, string> {
  const sentences = messageSentences(sources.messages);
  return new Map([
    ["messages", rows.map((row) => messageSection(row, sentences.get(row.name) ?? "")).join("\n\n")],
    ["codes", codeTable()],
    ["limits", limitTable(sources.limits)],
  ]);
}

/** The page with its generated parts replaced. */
export function withSections(page: string, sections: ReadonlyMap<string, string>): string {
  return page.replaceAll(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (whole, start: string, name: string, end: string) => {
      const section = sections.get(name);
      return section === undefined ? whole : `${start}\n${section}\n${end}`;
    },
  );
}

function messageSection(row: CompiledRow, sentence: string): string {
  const sent = row.lanes.length === 4
    ? "both sides, both connections"
    : row.lanes.map((lane) => lanes[lane]).join(", ");
  const lines = row.fields.map((field, index) => {
    const required = index < row.required ? "yes" : "no";
    return `| ${index + 1} | \`${field.name}\` | ${describeField(field)} | ${required} | ${field.about} |`;
  });
  return [
    `### ${row.name} (${row.type})`,
    "",
    `${sentence === "" ? "" : `${sentence} `}Sent: ${sent}.`,
    "",
    "| place | field | holds | required | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** The sentence above each message's type. */
function messageSentences(source: string): Map<string, string> {
  const found = source.matchAll(
    /\/\*\* ([^\n]*?) \*\/\nexport type \w+ =\s+readonly \[\s*type: typeof messageType\.(\w+)/g,
  );
  return new Map([...found].map(([, sentence, name]) => [name!, sentence!]));
}

function codeTable(): string {
  const lines = Object.entries(codes).map(([code, facts]) => {
    const close = "close" in facts ? facts.close : "";
    return `| \`${code}\` | ${facts.status} | ${close} | ${facts.retry ? "yes" : "no"} | ${facts.hint} |`;
  });
  return ["| code | HTTP | close | try again | hint |", "| --- | --- | --- | --- | --- |", ...lines].join(
    "\n",
  );
}

function limitTable(source: string): string {
  const lines: string[] = [];
  let about = "";
  for (const line of source.split("\n")) {
    const comment = /^ {2}\/\*\* (.*) \*\/$/.exec(line)?.[1];
    const name = /^ {2}(\w+):/.exec(line)?.[1];
    if (comment !== undefined) about = comment;
    if (name === undefined) continue;
    const value = limits[name as keyof typeof limits].toLocaleString("en");
    lines.push(`| \`${name}\` | ${value} | ${about} |`);
  }
  return ["| limit | value | what it bounds |", "| --- | --- | --- |", ...lines].join("\n");
}

/** The page and its sources. */
export const protocolPage = "docs/protocol.md";

/** Reads what the tables are made of. */
export async function readSources(root: string): Promise<DocSources> {
  const read = (path: string) => Deno.readTextFile(`${root}/${path}`);
  return { messages: await read("protocol/messages.ts"), limits: await read("protocol/limits.ts") };
}

if (import.meta.main) {
  const root = repositoryRoot();
  const path = `${root}/${protocolPage}`;
  const page = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, withSections(page, protocolSections(await readSources(root))));
}
