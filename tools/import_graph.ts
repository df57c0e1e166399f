// Who imports whom: read by Deno's own parser (`deno info`), so comments, strings and regular expressions cannot
// fool it. Static, dynamic and type imports all count; so do module addresses made with `import.meta`, which is
// how a thread's file is named.
import { askDeno } from "./child.ts";
import { toFileUrl, withTempFolder } from "./temp_folder.ts";
import { isDenoModule } from "./source_files.ts";

/** What an import names. */
export type Target =
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "package"; readonly name: string }
  | { readonly type: "builtin"; readonly name: string }
  | { readonly type: "foreign"; readonly specifier: string };

/** One import, as written on `line` of `from`. */
export interface ImportEdge {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** Only the types are used: nothing is loaded at run time. */
  readonly typeOnly: boolean;
  readonly target: Target;
}

/** The graph of a tree, and the files that could not be read into it. */
export interface ImportGraph {
  readonly edges: readonly ImportEdge[];
  readonly broken: readonly { readonly file: string; readonly message: string }[];
}

interface Resolution {
  readonly specifier?: string;
  readonly error?: string;
  readonly span?: { readonly start: { readonly line: number } };
}
interface Dependency {
  readonly specifier: string;
  readonly code?: Resolution;
  readonly type?: Resolution;
}
interface Module {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly Dependency[];
}

/** Relative addresses of modules: arguments of `new URL(…, import.meta.url)` and `import.meta.resolve(…)`. */
const MODULE_ADDRESS =
  /(?:\bnew\s+URL\(\s*(["'`])(\.[^"'`$]*\.[mc]?[jt]sx?)\1\s*,\s*import\.meta\.url|\bimport\.meta\.resolve\(\s*(["'`])(\.[^"'`$]*\.[mc]?[jt]sx?)\3)/g;

/** Reads the graph of `files` (paths from `root`), resolving names by the `deno.json` at `config`. */
export async function readImportGraph(
  root: string,
  files: readonly string[],
  config: string,
): Promise<ImportGraph> {
  const modules = files.filter(isDenoModule);
  if (modules.length === 0) return { edges: [], broken: [] };
  const info = await denoInfo(root, modules, config);
  const rootUrl = `${toFileUrl(root)}/`;
  const asked = new Set(modules.map((path) => rootUrl + encodeURI(path)));
  const edges: ImportEdge[] = [];
  const broken: { file: string; message: string }[] = [];
  for (const module of info.filter((one) => asked.has(one.specifier))) {
    const from = decodeURI(module.specifier.slice(rootUrl.length));
    if (module.error !== undefined) broken.push({ file: from, message: module.error });
    for (const dependency of module.dependencies ?? []) edges.push(edgeOf(from, dependency, rootUrl));
  }
  for (const path of modules) {
    edges.push(...moduleAddresses(path, await Deno.readTextFile(`${root}/${path}`)));
  }
  return { edges, broken };
}

/** The edges a file has through addresses of modules rather than imports. */
export function moduleAddresses(from: string, source: string): ImportEdge[] {
  return [...source.matchAll(MODULE_ADDRESS)].map((match) => {
    const specifier = match[2] ?? match[4] ?? "";
    const path = new URL(specifier, `file:///${encodeURI(from)}`).pathname.slice(1);
    const line = source.slice(0, match.index).split("\n").length;
    return { from, line, specifier, typeOnly: false, target: { type: "file", path: decodeURI(path) } };
  });
}

async function denoInfo(
  root: string,
  modules: readonly string[],
  config: string,
): Promise<readonly Module[]> {
  return await withTempFolder(async (folder) => {
    const entry = `${folder}/all.ts`;
    const rootUrl = `${toFileUrl(root)}/`;
    await Deno.writeTextFile(
      entry,
      modules.map((path) => `import ${JSON.stringify(rootUrl + encodeURI(path))};\n`).join(""),
    );
    const { code, stdout, stderr } = await askDeno(root, ["info", "--json", "--config", config, entry]);
    if (code !== 0) throw new Error(`Cannot read the import graph: ${stderr.trim()}`);
    return (JSON.parse(stdout) as { modules: Module[] }).modules;
  });
}

function edgeOf(from: string, dependency: Dependency, rootUrl: string): ImportEdge {
  const resolution = dependency.code ?? dependency.type;
  return {
    from,
    line: (resolution?.span?.start.line ?? 0) + 1,
    specifier: dependency.specifier,
    typeOnly: dependency.code === undefined,
    target: targetOf(resolution?.specifier ?? dependency.specifier, rootUrl),
  };
}

function targetOf(specifier: string, rootUrl: string): Target {
  if (specifier.startsWith(rootUrl)) {
    return { type: "file", path: decodeURI(specifier.slice(rootUrl.length)) };
  }
  if (specifier.startsWith("node:")) return { type: "builtin", name: specifier };
  const packageName = /^(?:(?:npm|jsr):\/?)?((?:@[^/@]+\/)?[^/@:.][^/@:]*)(?:[@/]|$)/.exec(specifier)?.[1];
  return packageName === undefined || specifier.startsWith("file:")
    ? { type: "foreign", specifier }
    : { type: "package", name: packageName };
}
