// The licence report: from the locks, the installed packages and the import graph; no network.
// `tools/licences.ts` compares it with docs/licences.md, `--write` writes the page.
import { readArrows } from "./arrows.ts";
import { askDeno } from "./child.ts";
import {
  closure,
  forbidden,
  LICENCE_FILES,
  type LicensedPackage,
  type Lock,
  type LockedPackage,
  mergeLocks,
  readLock,
  renderReport,
} from "./licence_rules.ts";
import { isTest, readIfThere, repositoryRoot, sourceFiles } from "./source_files.ts";

const PAGE = "docs/licences.md";

/** Folders whose code runs at somebody's: what they import is used at run time. */
const SHIPPED = /^(protocol|coordinator|worker|sandbox|sdk|deploy|examples)\//;

/** The page, and what stands in the way of using these packages. */
export interface LicenceReport {
  readonly page: string;
  readonly complaints: readonly string[];
}

/** Reads the tree at `root`, and the packages' own words in `npmCache`. */
export async function licenceReport(root: string, npmCache: string): Promise<LicenceReport> {
  const files = await sourceFiles(root);
  const lockPaths = files.filter((path) => /(^|\/)deno\.lock$/.test(path));
  const lock = mergeLocks(
    await Promise.all(lockPaths.map(async (path) => readLock(await Deno.readTextFile(`${root}/${path}`)))),
  );
  const importers = await importersOf(root);
  const shipped = closure(
    lock,
    lock.direct.filter((key) =>
      importers.get(lock.packages.get(key)?.name ?? "")?.some((from) => SHIPPED.test(from))
    ),
  );
  const licensed: LicensedPackage[] = [];
  const complaints: string[] = [];
  for (const key of [...closure(lock, lock.direct)].sort()) {
    const locked = lock.packages.get(key);
    if (locked === undefined) continue;
    const licence = await licenceOf(locked, npmCache);
    if (licence === undefined) {
      complaints.push(`${key} is not installed here; deno install puts it into the cache`);
    }
    const use = shipped.has(key) ? "runtime" : "development";
    licensed.push({
      ...locked,
      licence: licence ?? "unknown",
      use,
      where: whereOf(key, locked, lock, importers),
    });
  }
  const known = licensed.filter(({ licence }) => licence !== "unknown");
  complaints.push(...unimported(lock, importers), ...forbidden(known));
  return { page: await formatted(root, renderReport(licensed)), complaints };
}

/** Which files import each package; tests and types do not make a package part of what ships. */
async function importersOf(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const importers = new Map<string, string[]>();
  for (const { from, target, typeOnly } of (await readArrows(root)).edges) {
    if (target.type !== "package" || typeOnly || isTest(from)) continue;
    importers.set(target.name, [...importers.get(target.name) ?? [], from]);
  }
  return importers;
}

/** A package comes in with the code that needs it, not before; types and tools of the editor are imported by none. */
function unimported(lock: Lock, importers: ReadonlyMap<string, readonly string[]>): string[] {
  const names = lock.direct.map((key) => lock.packages.get(key)?.name ?? key);
  return names.filter((name) => !name.startsWith("@types/") && !importers.has(name)).map((name) =>
    `${name} is in a deno.json and no code imports it`
  );
}

async function formatted(root: string, page: string): Promise<string> {
  const { code, stdout, stderr } = await askDeno(root, ["fmt", "--ext=md", "-"], page);
  if (code !== 0) throw new Error(`Cannot format the licence report: ${stderr.trim()}`);
  return stdout;
}

/** The top folders that import a package, else the packages that bring it in. */
function whereOf(
  key: string,
  { name, needs }: LockedPackage,
  { packages }: Lock,
  importers: ReadonlyMap<string, readonly string[]>,
): string {
  const folders = new Set((importers.get(name) ?? []).map((from) => from.split("/")[0] ?? from));
  const parents = [...packages.values()].filter((one) => one.needs.includes(key)).map((one) => one.name);
  const through = [...new Set(parents)].sort().join(", ");
  const source = folders.size > 0
    ? [...folders].sort().join(", ")
    : through === ""
    ? "configuration"
    : `through ${through}`;
  const parts = needs.filter((need) => packages.get(need)?.isPlatformPart).length;
  return parts === 0 ? source : `${source}; brings one of ${parts} platform binaries of its own project`;
}

async function licenceOf({ name, version }: LockedPackage, npmCache: string): Promise<string | undefined> {
  for await (const registry of Deno.readDir(npmCache)) {
    const text = await readIfThere(`${npmCache}/${registry.name}/${name}/${version}/package.json`);
    if (text === undefined) continue;
    const { license } = JSON.parse(text) as { readonly license?: string };
    return license?.replace(/^\((.*)\)$/, "$1") ?? LICENCE_FILES[name] ?? "none stated";
  }
  return undefined;
}

/** Where Deno keeps npm packages on this machine. */
export async function npmCacheFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stdin: "null" })
    .output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { readonly npmCache: string }).npmCache;
}

/** What stands in the way of using these packages, and whether the committed page still says so. */
export async function licenceComplaints(root: string): Promise<string[]> {
  const { page, complaints } = await licenceReport(root, await npmCacheFolder());
  const isCurrent = (await readIfThere(`${root}/${PAGE}`)) === page;
  return isCurrent
    ? [...complaints]
    : [...complaints, `${PAGE} is not current: tools/licences.ts --write makes it anew`];
}

async function main(write: boolean): Promise<number> {
  const root = repositoryRoot();
  const { page } = await licenceReport(root, await npmCacheFolder());
  console.log(page);
  if (write) await Deno.writeTextFile(`${root}/${PAGE}`, page);
  const complaints = await licenceComplaints(root);
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--write")));
