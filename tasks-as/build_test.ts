import { assert } from "../tests/deps.ts";
import { buildBundle, staleFiles } from "./build/bundle.ts";
import { kernelCore } from "../sandbox/component/mod.ts";
import { parseManifest } from "./build/manifest.ts";
import { refuseUnfitCore } from "./build/refuse.ts";
import { casesOf } from "./testing/cases.ts";
import { instantiateCore } from "./testing/core.ts";
import { instantiateComponent } from "./build/transpiled.ts";

const root = new URL("./", import.meta.url);

/** Folders with a manifest, as the build finds them. */
const KERNELS = ["flowfield", "mesh", "pathfind", "physics", "terrain"] as const;

// One kernel stands for all: that each rebuilds to what is committed is a step of .ci/run of its own.
Deno.test("buildBundle() gives the committed bytes, twice", async () => {
  const [first, second] = [await buildBundle(root, "terrain"), await buildBundle(root, "terrain")];
  assert.deepEqual(first, second);
  assert.deepEqual([...first.files.keys()], ["manifest.json", "component.wasm", "core.wasm"]);
  assert.deepEqual(await staleFiles(root, first), []);
});

for (const kernel of KERNELS) {
  Deno.test(`the component of ${kernel}, run through jco's glue, answers as its core does`, async () => {
    const { version } = parseManifest(
      await Deno.readTextFile(new URL(`${kernel}/manifest.json`, root)),
      kernel,
    );
    const component = await Deno.readFile(new URL(`bundles/${kernel}/${version}/component.wasm`, root));
    const glued = await instantiateComponent(component);
    const core = instantiateCore(await WebAssembly.compile(kernelCore(component)));
    const cases = await casesOf[kernel]();
    assert.ok(cases.length > 0);
    for (const { name, input, assets } of cases) {
      const direct = core.run(input, assets);
      assert.deepEqual(glued.run(input, assets), direct, name);
      if (direct.type === "err") continue;
      assert.deepEqual(glued.check(input, assets, direct.output, 1n), { type: "ok" }, name);
      const cut = direct.output.subarray(1);
      assert.deepEqual(glued.check(input, assets, cut, 1n), core.check(input, assets, cut, 1n), name);
    }
    assert.deepEqual(glued.run(new Uint8Array(3), []), core.run(new Uint8Array(3), []));
  });
}

Deno.test("staleFiles() names what differs, what is missing and what does not belong", async () => {
  const folder = await Deno.makeTempDir();
  const place = new URL(`file://${folder}/`);
  const bundles = new URL("bundles/k/1.0.0/", place);
  await Deno.mkdir(bundles, { recursive: true });
  await Deno.writeFile(new URL("a", bundles), Uint8Array.of(1));
  await Deno.writeFile(new URL("b", bundles), Uint8Array.of(2));
  await Deno.writeFile(new URL("d", bundles), Uint8Array.of(4));
  const files = new Map([["a", Uint8Array.of(1)], ["b", Uint8Array.of(9)], ["c", Uint8Array.of(3)]]);
  assert.deepEqual(await staleFiles(place, { id: "k", version: "1.0.0", files }), ["b", "c", "d"]);
  await Deno.remove(folder, { recursive: true });
});

/** A section: id and body. */
type SectionParts = readonly [number, readonly number[]];

function moduleOf(...sections: readonly SectionParts[]): Uint8Array {
  const parts = sections.flatMap(([id, body]) => [id, body.length, ...body]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...parts]);
}

const TYPE = [1, [1, 0x60, 0, 0]] as const;
const IMPORT = [2, [1, 1, 0x61, 1, 0x62, 0, 0]] as const;
const FUNCTION = [3, [1, 0]] as const;
const START = [8, [0]] as const;
const CODE = [10, [1, 2, 0, 0x0b]] as const;
const EXPORT_NAMES = ["cabi_post_check", "cabi_post_run", "cabi_realloc", "check", "run"];

function exportsOf(names: readonly string[]): SectionParts {
  const functions = names.flatMap((name) => [name.length, ...new TextEncoder().encode(name), 0, 0]);
  const memory = [6, ...new TextEncoder().encode("memory"), 2, 0];
  return [7, [names.length + 1, ...functions, ...memory]];
}

Deno.test("refuseUnfitCore() takes a module that keeps the rules and names each broken one", () => {
  const memory = [5, [1, 1, 1, 4]] as const;
  const exports = exportsOf(EXPORT_NAMES);
  const refusal = (...sections: readonly SectionParts[]) => {
    try {
      refuseUnfitCore(moduleOf(...sections), "k", 4);
      return "taken";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(refusal(TYPE, FUNCTION, memory, exports, CODE), "taken");
  assert.match(
    refusal(TYPE, IMPORT, FUNCTION, memory, exports, CODE),
    /the core module imports a\.b; expected no imports/,
  );
  assert.match(refusal(TYPE, FUNCTION, memory, exports, START, CODE), /has a start function/);
  assert.match(refusal(TYPE, FUNCTION, [5, [1, 0, 1]], exports, CODE), /does not declare a maximum/);
  assert.match(
    refusal(TYPE, FUNCTION, [5, [1, 1, 1, 5]], exports, CODE),
    /declares 1 to 5 memory pages; .* says 4/,
  );
  assert.match(
    refusal(TYPE, FUNCTION, memory, exportsOf([...EXPORT_NAMES, "more"]), CODE),
    /exports .*more function/,
  );
  assert.match(
    refusal(TYPE, FUNCTION, memory, exportsOf(EXPORT_NAMES.slice(1)), CODE),
    /expected cabi_post_check function/,
  );
});

const MANIFEST = `{
  "format": 1, "id": "k", "version": "1.0.0", "release": 1, "engine": "wasm", "abi": "p2c2r:kernel@1.0.0",
  "limits": {
    "memoryPages": 16, "inputBytesMax": 100, "outputBytesMax": 9, "assetsMax": 1, "assetBytesMax": 9,
    "fuelMax": 5000, "checkFuelMax": 500, "wallMsMax": 1000
  },
  "detection": 0.9,
  "imports": []
}`;

Deno.test("parseManifest() takes a manifest and names a wrong key", async () => {
  for (const kernel of KERNELS) {
    const text = await Deno.readTextFile(new URL(`${kernel}/manifest.json`, root));
    assert.equal(parseManifest(text, kernel).id, kernel);
  }
  assert.deepEqual(parseManifest(MANIFEST, "k"), JSON.parse(MANIFEST));
  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['"id": "k"', '"id": "other"', /id is other; expected the folder's name, k/],
    ['"version": "1.0.0"', '"version": "1.0"', /version is 1\.0; expected a\.b\.c/],
    ['"release": 1', '"release": 0', /release is 0; expected an integer from 1/],
    ['"release": 1', '"releases": 1', /top level has the keys .*releases/],
    ['"engine": "wasm"', '"engine": "wgsl"', /expected format 1, engine "wasm"/],
    ['"imports": []', '"imports": ["wasi:io"]', /imports is not an empty list/],
    ['"memoryPages": 16', '"memoryPages": 0', /limits\.memoryPages is 0/],
    ['"fuelMax": 5000', '"fuelMax": 0', /limits\.fuelMax is 0; expected an integer from 1/],
    ['"checkFuelMax": 500', '"checkFuelMax": 1e13', /limits\.checkFuelMax is 10000000000000/],
    ['"assetsMax": 1', '"assetsMax": "one"', /limits\.assetsMax is one/],
    ['"detection": 0.9', '"detection": 1.1', /detection is 1\.1; expected a number from 0 to 1/],
  ];
  for (const [right, wrong, message] of broken) {
    assert.ok(MANIFEST.includes(right), right);
    assert.throws(() => parseManifest(MANIFEST.replace(right, wrong), "k"), message);
  }
});
