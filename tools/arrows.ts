// Fails the build when an import points the wrong way. `deno run … tools/arrows.ts` judges the tree it stands in.
import { areaOf, matches, PACKAGES } from "./arrow_table.ts";
import { type ImportEdge, type ImportGraph, readImportGraph } from "./import_graph.ts";
import { isPure } from "./pure_folders.ts";
import { folderOf, isTest, repositoryRoot, sourceFiles } from "./source_files.ts";

/** Reads and judges a whole tree: one line per import that must not be. */
export async function wrongArrows(root: string): Promise<string[]> {
  return judge(await readArrows(root));
}

/** The imports of a whole tree, each read with the names its own folder knows. */
export async function readArrows(root: string): Promise<ImportGraph> {
  const graphs = await Promise.all(
    configGroups(await sourceFiles(root)).map(([config, members]) =>
      readImportGraph(root, members, `${root}/${config}`)
    ),
  );
  return {
    edges: graphs.flatMap(({ edges }) => edges),
    broken: graphs.flatMap(({ broken }) => broken),
  };
}

/** Judges a graph: each complaint is `file:line` and a sentence. */
export function judge(graph: ImportGraph): string[] {
  const complaints = graph.broken.map(({ file, message }) => `${file}:1 cannot be read: ${message}`);
  for (const edge of graph.edges) {
    const complaint = wrongFile(edge) ?? wrongPackage(edge) ?? wrongPurity(edge) ?? wrongDoor(edge);
    if (complaint !== undefined) complaints.push(`${edge.from}:${edge.line} ${complaint}`);
  }
  return [...complaints, ...crowdedPackages(graph.edges)].sort();
}

/** Folders with a `deno.json` of their own whose names only it resolves. */
const APART: readonly string[] = ["tasks-as/", "bench/kernels/"];

/** The files by the configuration that reads them. */
function configGroups(files: readonly string[]): [config: string, files: string[]][] {
  const apart = APART.filter((folder) => files.includes(`${folder}deno.json`));
  const rest = files.filter((path) => !apart.some((folder) => path.startsWith(folder)));
  return [
    ["deno.json", rest],
    ...apart.map((folder): [string, string[]] => [
      `${folder}deno.json`,
      files.filter((path) => path.startsWith(folder)),
    ]),
  ];
}

function wrongFile({ from, target }: ImportEdge): string | undefined {
  const area = areaOf(from);
  if (area === undefined) return "stands in a folder that tools/arrow_table.ts does not know";
  if (area.may === undefined) return undefined;
  if (target.type === "foreign") {
    return `imports ${target.specifier}, which is neither ours nor a package of npm`;
  }
  if (target.type !== "file") return undefined;
  if (isTest(target.path)) return `imports ${target.path}, which is a test`;
  if (area.may.some((pattern) => matches(pattern, target.path))) return undefined;
  const allowed = area.may.length === 0 ? "nothing" : `only ${area.may.join(", ")}`;
  return `imports ${target.path}: ${area.name} may import ${allowed}`;
}

function wrongPackage({ from, target }: ImportEdge): string | undefined {
  if (target.type !== "package" || areaOf(from)?.may === undefined) return undefined;
  const rule = PACKAGES.find(({ name }) => name === target.name);
  if (rule === undefined) return `imports npm package ${target.name}: only tests, bench and tools may`;
  if (rule.in.some((pattern) => matches(pattern, from))) return undefined;
  return `imports npm package ${target.name}: only ${rule.in.join(", ")} may`;
}

/** A pure file that runs impure code is not pure; types of impure code do no harm. */
function wrongPurity({ from, target, typeOnly }: ImportEdge): string | undefined {
  if (typeOnly || !isPure(from)) return undefined;
  if (target.type === "builtin" && !target.name.startsWith("node:assert")) {
    return `imports ${target.name}: the file is pure, what it needs comes in as an argument`;
  }
  if (target.type !== "file" || isPure(target.path)) return undefined;
  return `imports ${target.path}, which is not pure, and is itself pure (tools/pure_folders.ts)`;
}

function wrongDoor({ from, target }: ImportEdge): string | undefined {
  if (target.type !== "file" || !/(^|\/)_[^/]*$/.test(target.path)) return undefined;
  const home = folderOf(target.path);
  if (folderOf(from) === home || from.startsWith(`${home}/`)) return undefined;
  return `imports ${target.path}, which is private to ${home}/`;
}

/** Packages that one file of a folder should know, and several do. */
function crowdedPackages(edges: readonly ImportEdge[]): string[] {
  return PACKAGES.filter((rule) => rule.oneFileEach).flatMap((rule) =>
    rule.in.flatMap((folder) => {
      const importers = new Set(
        edges.filter(({ from, target, typeOnly }) =>
          !typeOnly && !isTest(from) && from.startsWith(folder) && target.type === "package" &&
          target.name === rule.name
        ).map(({ from }) => from),
      );
      return importers.size <= 1
        ? []
        : [`${folder} imports npm package ${rule.name} in ${[...importers].join(", ")}: one file may`];
    })
  );
}

if (import.meta.main) {
  const complaints = await wrongArrows(repositoryRoot());
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length === 0) console.log("arrows: every import points the right way");
  Deno.exit(complaints.length === 0 ? 0 : 1);
}
