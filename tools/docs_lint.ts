// Keeps the words true: links, commands and records of the pages, house rules of every file, docs of public doors.
import { askDeno } from "./child.ts";
import { brokenLinks, misnumberedRecords, otherPins, type Tree, unknownCommands } from "./docs_rules.ts";
import { repositoryRoot, sourceFiles } from "./source_files.ts";
import { nameComplaints, textComplaints } from "./text_rules.ts";

/** Doors whose every export has a sentence. */
const PUBLIC_DOORS: readonly string[] = ["protocol/mod.ts", "sdk/mod.ts"];

/** Files whose bytes are text we write. */
const TEXT =
  /\.(ts|js|mjs|md|json|jsonc|sql|sh|wit|yml|yaml|service|html|css)$|(^|\/)(Dockerfile|run|\.gitignore)$/;

/** Where people read which Deno to take. */
const SHOWS_PIN = /\.md$|^deploy\//;

/** Written by a program, not by us. */
const GENERATED = /(^|\/)deno\.lock$/;

/** Everything wrong with the words of a tree, one line each. */
export async function docsComplaints(root: string): Promise<string[]> {
  const files = await sourceFiles(root);
  const texts = new Map<string, string>();
  for (const path of files.filter((path) => TEXT.test(path) && !GENERATED.test(path))) {
    texts.set(path, await Deno.readTextFile(`${root}/${path}`));
  }
  const tree: Tree = {
    files: new Set(files),
    pages: new Map([...texts].filter(([path]) => path.endsWith(".md"))),
    tasks: tasksOf(texts.get("deno.json") ?? "{}"),
    pins: new Map([...texts].filter(([path]) => SHOWS_PIN.test(path))),
    pinnedDeno: pinnedDeno(texts.get(".ci/run") ?? ""),
  };
  return [
    ...brokenLinks(tree),
    ...unknownCommands(tree),
    ...otherPins(tree),
    ...misnumberedRecords(tree),
    ...files.flatMap(nameComplaints),
    ...[...texts].flatMap(([path, text]) => textComplaints(path, text)),
    ...await undocumented(root, PUBLIC_DOORS.filter((door) => tree.files.has(door))),
  ];
}

/** The version written in `.ci/run`, the one place that pins it. */
export function pinnedDeno(ciRun: string): string {
  return /^DENO_VERSION=([\w.]+)$/m.exec(ciRun)?.[1] ?? "nothing";
}

function tasksOf(denoJson: string): Set<string> {
  const { tasks = {} } = JSON.parse(denoJson) as { readonly tasks?: Record<string, unknown> };
  return new Set(Object.keys(tasks));
}

async function undocumented(root: string, doors: readonly string[]): Promise<string[]> {
  if (doors.length === 0) return [];
  const { code, stderr } = await askDeno(root, ["doc", "--lint", ...doors]);
  return code === 0 ? [] : [`deno doc --lint ${doors.join(" ")}\n${stderr.trim()}`];
}

if (import.meta.main) {
  const complaints = await docsComplaints(repositoryRoot());
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length === 0) console.log("docs: links, commands and house rules hold");
  Deno.exit(complaints.length === 0 ? 0 : 1);
}
