// Which licences may ship, which may help to build, and the report that says so. Pure: facts in, sentences out.

/** Fit for what runs at a helper's, a player's or an operator's. */
const RUNTIME: readonly string[] = [
  "MIT",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "0BSD",
  "CC0-1.0",
  "Unlicense",
];

/** Also fine in what only builds and tests; each such package is named in the report. */
const DEVELOPMENT: readonly string[] = [...RUNTIME, "Apache-2.0 WITH LLVM-exception", "ISC"];

/** Packages that name no licence in their package.json, and what the licence file inside them says. */
export const LICENCE_FILES: Readonly<Record<string, string>> = {
  "@bytecodealliance/componentize-js": "Apache-2.0 WITH LLVM-exception",
  pathfinding: "MIT",
};

/** A package as the locks know it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Keys of the packages it brings in. */
  readonly needs: readonly string[];
  /** A binary for one platform: installed on that platform only. */
  readonly isPlatformPart: boolean;
}

/** What a `deno.lock` says. */
export interface Lock {
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** Keys of what a deno.json asks for by itself. */
  readonly direct: readonly string[];
}

/** A package with everything the report says of it. */
export interface LicensedPackage extends LockedPackage {
  readonly licence: string;
  readonly use: "runtime" | "development";
  /** What imports it, or the packages that bring it in. */
  readonly where: string;
}

interface LockEntry {
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** Reads a `deno.lock`: its packages by key, as `name@version`. */
export function readLock(text: string): Lock {
  const { npm = {}, specifiers = {} } = JSON.parse(text) as {
    readonly npm?: Readonly<Record<string, LockEntry>>;
    readonly specifiers?: Readonly<Record<string, string>>;
  };
  const keys = Object.keys(npm);
  const keyOf = (need: string) => keys.find((key) => key === need || nameOf(key) === need) ?? need;
  const packages = Object.entries(npm).map(([key, entry]): [string, LockedPackage] => [key, {
    name: nameOf(key),
    version: key.slice(nameOf(key).length + 1).split("_")[0] ?? "",
    needs: [...entry.dependencies ?? [], ...entry.optionalDependencies ?? []].map(keyOf),
    isPlatformPart: entry.os !== undefined || entry.cpu !== undefined,
  }]);
  const direct = Object.entries(specifiers).map(([specifier, version]) =>
    `${nameOf(specifier.replace(/^npm:/, ""))}@${version}`
  );
  return { packages: new Map(packages), direct };
}

/** Several locks as one. */
export function mergeLocks(locks: readonly Lock[]): Lock {
  return {
    packages: new Map(locks.flatMap(({ packages }) => [...packages])),
    direct: [...new Set(locks.flatMap(({ direct }) => direct))],
  };
}

/** The keys reachable from `start`; platform binaries are left out, and what only they need. */
export function closure({ packages }: Lock, start: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const open = [...start];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const found = packages.get(key);
    if (found === undefined || found.isPlatformPart || reached.has(key)) continue;
    reached.add(key);
    open.push(...found.needs);
  }
  return reached;
}

/** What may not be used as it is, one sentence each. */
export function forbidden(packages: readonly LicensedPackage[]): string[] {
  return packages.flatMap(({ name, version, licence, use, where }) => {
    const allowed = use === "runtime" ? RUNTIME : DEVELOPMENT;
    return satisfies(licence, allowed)
      ? []
      : [`${name} ${version} has licence "${licence}", which ${use} packages may not have (${where})`];
  });
}

/** Whether an SPDX expression can be met by allowed licences alone. */
export function satisfies(expression: string, allowed: readonly string[]): boolean {
  const plain = expression.trim();
  const outer = /^\(([^()]*)\)$/.exec(plain);
  if (outer !== null) return satisfies(outer[1] ?? "", allowed);
  if (plain.includes(" OR ")) return plain.split(" OR ").some((one) => satisfies(one, allowed));
  if (plain.includes(" AND ")) return plain.split(" AND ").every((one) => satisfies(one, allowed));
  return allowed.includes(plain);
}

/** The report as a page. */
export function renderReport(packages: readonly LicensedPackage[]): string {
  const table = (use: LicensedPackage["use"]) => [
    "| package | version | licence | where |",
    "| --- | --- | --- | --- |",
    ...packages.filter((one) => one.use === use).map(({ name, version, licence, where }) =>
      `| ${name} | ${version} | ${licence} | ${where} |`
    ),
  ];
  const named = packages.filter(({ licence }) => !satisfies(licence, RUNTIME));
  return [
    "# Licences",
    "",
    "The project itself is under the [MIT licence](../LICENSE). Every package of the locks stands here. The page is",
    "written by `tools/licences.ts --write` and `deno task ok` checks that it is current.",
    "",
    "## At run time",
    "",
    `Allowed: ${RUNTIME.join(", ")}.`,
    "",
    ...table("runtime"),
    "",
    "## For building and testing only",
    "",
    "None of these is shipped. Outside the list above, and therefore named: " +
    `${named.map(({ name, licence }) => `${name} (${licence})`).join(", ") || "none"}.`,
    "",
    ...table("development"),
    "",
  ].join("\n");
}

/** `@scope/name` of `@scope/name@1.2.3`. */
export function nameOf(key: string): string {
  return key.slice(0, key.indexOf("@", 1));
}
