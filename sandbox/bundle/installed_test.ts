import { assert } from "../../tests/deps.ts";
import { filesOf, type ManifestParts } from "../../tests/hostile/bundles.ts";
import { kernel } from "../../tests/hostile/kernels.ts";
import { meter } from "../meter/mod.ts";
import { loadBundle } from "./bundle.ts";
import { bundleNames, fileSource, loadInstalled } from "./installed.ts";
import { generateSigner, type Signer } from "./signature.ts";

const signer = await generateSigner();
const stranger = await generateSigner();
const pins = new Map([[signer.keyId, signer.publicKey]]);

/** A folder of bundles and one of signatures. */
interface Tree {
  readonly bundles: string;
  readonly signatures: string;
  /** Writes a bundle under `name`, signed unless `by` is null. */
  install(name: string, parts: ManifestParts, by?: Signer | null): Promise<void>;
}

async function withTree(work: (tree: Tree) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  const [bundles, signatures] = [`${root}/bundles`, `${root}/signatures`];
  try {
    await work({
      bundles,
      signatures,
      async install(name, parts, by = signer) {
        const files = await filesOf(meter(kernel()), by ?? signer, parts);
        await Deno.mkdir(`${bundles}/${name}`, { recursive: true });
        await Deno.mkdir(`${signatures}/${name}`, { recursive: true });
        for (const [file, bytes] of Object.entries(files)) {
          if (file !== "manifest.sig") await Deno.writeFile(`${bundles}/${name}/${file}`, bytes);
          else if (by !== null) await Deno.writeFile(`${signatures}/${name}/${file}`, bytes);
        }
      },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("loadInstalled() gives all bundles of a folder, the newest release of each kernel last", async () => {
  await withTree(async (tree) => {
    await tree.install("walk/1.0.0", { id: "walk", version: "1.0.0", release: 2 });
    await tree.install("walk/0.9.0", { id: "walk", version: "0.9.0", release: 3 });
    await tree.install("fly/2.10.0", { id: "fly", version: "2.10.0", release: 9 });
    const { bundles, skipped } = await loadInstalled(tree.bundles, tree.signatures, pins);
    const names = bundles.map(({ manifest }) => `${manifest.id} ${manifest.version}`);
    assert.deepEqual(names, ["fly 2.10.0", "walk 1.0.0", "walk 0.9.0"]);
    assert.deepEqual(skipped, []);
  });
});

Deno.test("loadInstalled() skips a bundle that may not run, and says why", async () => {
  await withTree(async (tree) => {
    await tree.install("good/1.0.0", { id: "good" });
    await tree.install("unsigned/1.0.0", { id: "unsigned" }, null);
    await tree.install("foreign/1.0.0", { id: "foreign" }, stranger);
    await tree.install("moved/1.0.0", { id: "good" });
    await tree.install("twin/1.0.0", { id: "twin", release: 4 });
    await tree.install("twin/1.0.1", { id: "twin", version: "1.0.1", release: 4 });
    await tree.install("changed/1.0.0", { id: "changed" });
    await Deno.writeFile(
      `${tree.bundles}/changed/1.0.0/core.wasm`,
      kernel({ memory: { initial: 1, maximum: 4 } }),
    );
    await tree.install("partial/1.0.0", { id: "partial" });
    await Deno.remove(`${tree.bundles}/partial/1.0.0/core.wasm`);
    const { bundles, skipped } = await loadInstalled(tree.bundles, tree.signatures, pins);
    assert.deepEqual(bundles.map(({ manifest }) => manifest.id), ["good", "twin"]);
    assert.deepEqual(skipped.map(({ name, code }) => `${name} ${code}`), [
      "changed/1.0.0 bundle.digest",
      "foreign/1.0.0 bundle.signature",
      "moved/1.0.0 bundle.malformed",
      "partial/1.0.0 bundle.malformed",
      "twin/1.0.1 bundle.release",
      "unsigned/1.0.0 bundle.signature",
    ]);
    assert.match(skipped.at(-1)?.reason ?? "", /manifest\.sig is missing/);
  });
});

Deno.test("bundleNames() sees only folders that can be bundles, and none where there is no folder", async () => {
  await withTree(async (tree) => {
    await tree.install("good/1.0.0", { id: "good" });
    await Deno.mkdir(`${tree.bundles}/.hidden/1.0.0`, { recursive: true });
    await Deno.mkdir(`${tree.bundles}/good/latest`);
    await Deno.writeTextFile(`${tree.bundles}/README.md`, "bundles");
    assert.deepEqual(await bundleNames(tree.bundles), ["good/1.0.0"]);
    assert.deepEqual(await bundleNames(`${tree.bundles}/nowhere`), []);
  });
});

Deno.test("fileSource() finds the signature beside the other files unless told otherwise", async () => {
  await withTree(async (tree) => {
    await tree.install("good/1.0.0", { id: "good" });
    const folder = `${tree.bundles}/good/1.0.0`;
    await Deno.rename(`${tree.signatures}/good/1.0.0/manifest.sig`, `${folder}/manifest.sig`);
    const bundle = await loadBundle(fileSource(folder), { pins, releaseFloor: () => 0 });
    assert.equal(bundle.manifest.id, "good");
  });
});
