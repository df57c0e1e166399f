import { assert } from "../tests/deps.ts";
import {
  closure,
  forbidden,
  type LicensedPackage,
  mergeLocks,
  readLock,
  renderReport,
  satisfies,
} from "./licence_rules.ts";
import { licenceReport } from "./licences.ts";
import { withTempFolder } from "./temp_folder.ts";

const LOCK = JSON.stringify({
  version: "5",
  specifiers: { "npm:@scope/root@^1.0.0": "1.2.0", "npm:other@2": "2.0.0_peer@1.0.0", "npm:idle@1": "1.0.0" },
  npm: {
    "@scope/root@1.2.0": { dependencies: ["leaf@1.0.0", "extract"] },
    "leaf@1.0.0": {},
    "leaf@2.0.0": {},
    "extract@3.0.0": { optionalDependencies: ["extract-linux", "extract-mac"] },
    "extract-linux@3.0.0": { os: ["linux"], cpu: ["x64"] },
    "extract-mac@3.0.0": { os: ["darwin"], dependencies: ["only-mac"] },
    "only-mac@1.0.0": {},
    "idle@1.0.0": {},
    "other@2.0.0_peer@1.0.0": { dependencies: ["leaf@2.0.0"] },
  },
});

function licensed(change: Partial<LicensedPackage>): LicensedPackage {
  const plain = { name: "p", version: "1.0.0", needs: [], isPlatformPart: false };
  return { ...plain, licence: "MIT", use: "runtime", where: "sdk", ...change };
}

Deno.test("readLock() resolves what packages need, with and without a version, and peers in keys", () => {
  const { packages, direct } = readLock(LOCK);
  assert.deepEqual(direct, ["@scope/root@1.2.0", "other@2.0.0_peer@1.0.0", "idle@1.0.0"]);
  assert.deepEqual(packages.get("@scope/root@1.2.0")?.needs, ["leaf@1.0.0", "extract@3.0.0"]);
  assert.equal(packages.get("other@2.0.0_peer@1.0.0")?.version, "2.0.0");
});

Deno.test("closure() follows needs and leaves out platform binaries with what only they need", () => {
  const lock = mergeLocks([readLock(LOCK)]);
  assert.deepEqual([...closure(lock, ["@scope/root@1.2.0"])].sort(), [
    "@scope/root@1.2.0",
    "extract@3.0.0",
    "leaf@1.0.0",
  ]);
});

Deno.test("satisfies() reads SPDX expressions", () => {
  const allowed = ["MIT", "Apache-2.0"];
  for (const fine of ["MIT", "(MIT OR GPL-3.0)", "MIT AND Apache-2.0"]) {
    assert.ok(satisfies(fine, allowed), fine);
  }
  for (const bad of ["ISC", "GPL-3.0 AND MIT", "Apache-2.0 WITH LLVM-exception", "", "mitigated"]) {
    assert.ok(!satisfies(bad, allowed), bad);
  }
});

Deno.test("forbidden() is strict at run time, and lets ISC help to build", () => {
  assert.deepEqual(forbidden([licensed({}), licensed({ licence: "ISC", use: "development" })]), []);
  for (const licence of ["ISC", "GPL-3.0", "none stated", "BlueOak-1.0.0"]) {
    assert.equal(forbidden([licensed({ licence })]).length, 1, licence);
  }
  for (const licence of ["GPL-3.0", "none stated", "UNLICENSED"]) {
    assert.equal(forbidden([licensed({ licence, use: "development" })]).length, 1, licence);
  }
});

Deno.test("renderReport() names what only building may use", () => {
  const page = renderReport([licensed({}), licensed({ name: "exit", licence: "ISC", use: "development" })]);
  assert.match(page, /and therefore named: exit \(ISC\)\./);
});

Deno.test("licenceReport() takes what shipped code imports, and all it brings, for runtime", async () => {
  await withTempFolder(async (root) => {
    const write = async (path: string, text: string) => {
      await Deno.mkdir(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    };
    const inCache = (name: string, version: string, license?: string) =>
      write(
        `../${root.split("/").at(-1)}/data/cache/host/${name}/${version}/package.json`,
        JSON.stringify({ license }),
      );
    await Deno.writeTextFile(`${root}/deno.json`, "{}");
    await Deno.writeTextFile(`${root}/deno.lock`, LOCK);
    await write("sdk/a.ts", `import "@scope/root";`);
    await write("sdk/a_test.ts", `import "other";`);
    await write("bench/b.ts", `import "other";`);
    await inCache("@scope/root", "1.2.0", "MIT");
    await inCache("leaf", "1.0.0", "GPL-3.0");
    await inCache("leaf", "2.0.0", "(ISC)");
    await inCache("extract", "3.0.0");
    await inCache("idle", "1.0.0", "MIT");
    const { page, complaints } = await licenceReport(root, `${root}/data/cache`);
    assert.deepEqual(complaints, [
      "other@2.0.0_peer@1.0.0 is not installed here; deno install puts it into the cache",
      "idle is in a deno.json and no code imports it",
      'extract 3.0.0 has licence "none stated", which runtime packages may not have (through @scope/root; ' +
      "brings one of 2 platform binaries of its own project)",
      'leaf 1.0.0 has licence "GPL-3.0", which runtime packages may not have (through @scope/root)',
    ]);
    assert.match(page, /\| leaf +\| 2\.0\.0 +\| ISC/);
    assert.ok(!page.includes("only-mac"));
  });
});
