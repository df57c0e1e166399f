import { fileURLToPath } from "node:url";
import { assert } from "../tests/deps.ts";
import { generateSigner, importSigner, loadInstalled } from "../sandbox/mod.ts";
import { filesOf } from "../tests/hostile/bundles.ts";
import { kernelComponent } from "../tests/hostile/component_builder.ts";
import { kernel } from "../tests/hostile/kernels.ts";
import { meter } from "../sandbox/meter/mod.ts";
import { signBundles } from "./kernels_sign.ts";
import { openSigner, readRoster, readSigners } from "./signers.ts";
import { withTempFolder } from "./temp_folder.ts";

const TOOL = fileURLToPath(new URL("./kernels_sign.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));

/** Writes an unsigned bundle. */
async function install(root: string, id: string, release = 1): Promise<void> {
  const parts = { id, release, component: kernelComponent(kernel()) };
  const files = await filesOf(meter(kernel()), await generateSigner(), parts);
  await Deno.mkdir(`${root}/bundles/${id}/1.0.0`, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    if (name !== "manifest.sig") await Deno.writeFile(`${root}/bundles/${id}/1.0.0/${name}`, bytes);
  }
}

async function tool(root: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-read",
      `--allow-write=${root}`,
      "--config",
      CONFIG,
    ]
      .concat(TOOL, "--bundles", `${root}/bundles`, "--data", `${root}/data`, ...args),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

async function runnable(root: string): Promise<string[]> {
  const signers = await readSigners(`${root}/data`);
  const { bundles } = await loadInstalled(`${root}/bundles`, `${root}/data/signatures`, signers);
  return bundles.map(({ manifest }) => manifest.id);
}

Deno.test("signBundles() makes every bundle runnable for whoever reads the data folder", async () => {
  await withTempFolder(async (root) => {
    await install(root, "fly");
    await install(root, "walk");
    const signer = await generateSigner();
    const places = { bundlesDir: `${root}/bundles`, dataDir: `${root}/data` };
    const report = await signBundles({ ...places, signer });
    assert.deepEqual(report, { signed: ["fly/1.0.0", "walk/1.0.0"], kept: [] });
    assert.deepEqual(await runnable(root), ["fly", "walk"]);
    assert.deepEqual([...(await readSigners(`${root}/data`)).keys()], [signer.keyId]);
  });
});

Deno.test("signBundles() leaves what a known key has signed and other signers in the list, when asked", async () => {
  await withTempFolder(async (root) => {
    await install(root, "fly");
    const places = { bundlesDir: `${root}/bundles`, dataDir: `${root}/data` };
    const [first, second] = [await generateSigner(), await generateSigner()];
    await signBundles({ ...places, signer: first });
    await install(root, "walk");
    const report = await signBundles({ ...places, signer: second, ifMissing: true });
    assert.deepEqual(report, { signed: ["walk/1.0.0"], kept: ["fly/1.0.0"] });
    assert.deepEqual([...(await readSigners(`${root}/data`)).keys()], [first.keyId, second.keyId]);
    await install(root, "fly", 2);
    assert.deepEqual(await runnable(root), ["walk"]);
    const again = await signBundles({ ...places, signer: second, ifMissing: true });
    assert.deepEqual(again.signed, ["fly/1.0.0"]);
    assert.deepEqual(await runnable(root), ["fly", "walk"]);
  });
});

Deno.test("signBundles() signs nothing when one bundle is not what its manifest says", async () => {
  await withTempFolder(async (root) => {
    await install(root, "fly");
    await install(root, "walk");
    await Deno.writeFile(`${root}/bundles/walk/1.0.0/component.wasm`, Uint8Array.of(1));
    const places = { bundlesDir: `${root}/bundles`, dataDir: `${root}/data` };
    await assert.rejects(signBundles({ ...places, signer: await generateSigner() }), {
      code: "bundle.digest",
      message: /^Cannot sign walk\/1\.0\.0: .*component\.wasm/,
    });
    assert.deepEqual(await runnable(root), []);
  });
});

Deno.test("signBundles() signs only what it is told to", async () => {
  await withTempFolder(async (root) => {
    await install(root, "fly");
    await install(root, "walk");
    const places = { bundlesDir: `${root}/bundles`, dataDir: `${root}/data` };
    const report = await signBundles({ ...places, signer: await generateSigner(), only: ["walk/1.0.0"] });
    assert.deepEqual(report, { signed: ["walk/1.0.0"], kept: [] });
    assert.deepEqual(await runnable(root), ["walk"]);
  });
});

Deno.test("the tool lets a new key follow the old one: vouched for, everything signed, the old one kept until it is retired", async () => {
  await withTempFolder(async (root) => {
    await install(root, "fly");
    await install(root, "walk");
    assert.equal((await tool(root)).code, 0);
    const old = await openSigner(`${root}/signer`);
    const early = await tool(root, "--retire", old.keyId);
    assert.equal(early.code, 78);
    assert.match(early.err, /^Cannot retire signer .*: a kernel is still signed by it\nRotate first/);
    const rotated = await tool(root, "--rotate");
    assert.equal(rotated.code, 0, rotated.err);
    const next = await openSigner(`${root}/signer`);
    assert.notEqual(next.keyId, old.keyId);
    assert.match(
      rotated.out,
      new RegExp(`^${next.keyId} follows ${old.keyId} .*\n.*--retire ${old.keyId}\n$`),
    );
    assert.deepEqual((await readRoster(`${root}/data`)).map((one) => [one.keyId, one.endorsement?.by]), [
      [old.keyId, undefined],
      [next.keyId, old.keyId],
    ]);
    const only = async (signer: { readonly keyId: string; readonly publicKey: Uint8Array<ArrayBuffer> }) => {
      const pins = new Map([[signer.keyId, signer.publicKey]]);
      const { bundles } = await loadInstalled(`${root}/bundles`, `${root}/data/signatures`, pins);
      return bundles.map(({ manifest }) => manifest.id);
    };
    assert.deepEqual([await only(old), await only(next)], [[], ["fly", "walk"]]);
    assert.deepEqual(await importedId(`${root}/signer/${old.keyId}.key`), old.keyId);
    assert.equal((await tool(root, "--retire", "0".repeat(16))).code, 78);
    assert.equal((await tool(root, "--retire", old.keyId)).code, 0);
    assert.deepEqual((await readRoster(`${root}/data`)).map((one) => one.keyId), [next.keyId]);
    assert.deepEqual(await runnable(root), ["fly", "walk"]);
    const last = await tool(root, "--retire", next.keyId);
    assert.equal(last.code, 78);
  });
});

async function importedId(path: string): Promise<string> {
  return (await importSigner(await Deno.readFile(path))).keyId;
}

Deno.test("openSigner() makes a key that only its owner can read, and finds it again", async () => {
  await withTempFolder(async (root) => {
    const made = await openSigner(`${root}/signer`);
    assert.equal((await openSigner(`${root}/signer`)).keyId, made.keyId);
    if (Deno.build.os === "windows") return;
    assert.equal(((await Deno.stat(`${root}/signer/signer.key`)).mode ?? 0) & 0o777, 0o600);
    assert.equal(((await Deno.stat(`${root}/signer`)).mode ?? 0) & 0o777, 0o700);
  });
});

Deno.test("the tool signs on the first start, and on later ones does not even ask for the key", async () => {
  await withTempFolder(async (root) => {
    await install(root, "fly");
    const first = await tool(root, "--if-missing");
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /^signed fly\/1\.0\.0 with [0-9a-f]{16}\n$/);
    assert.deepEqual(await runnable(root), ["fly"]);
    await Deno.remove(`${root}/signer`, { recursive: true });
    const second = await tool(root, "--if-missing");
    assert.deepEqual([second.code, second.out], [0, ""], second.err);
    await assert.rejects(Deno.stat(`${root}/signer`), Deno.errors.NotFound);
  });
});

Deno.test("the tool says in a sentence what is wrong", async () => {
  await withTempFolder(async (root) => {
    const nothing = await tool(root);
    assert.equal(nothing.code, 78);
    assert.match(nothing.err, /^Cannot sign: .*bundles holds no bundle\nBuild the kernels/);
    await install(root, "fly");
    await Deno.mkdir(`${root}/signer`);
    await Deno.writeTextFile(`${root}/signer/signer.key`, "not a key");
    const noKey = await tool(root);
    assert.equal(noKey.code, 78);
    assert.match(noKey.err, /^Cannot read signer key: .*\nPut the signer's key back/);
    const unknown = await tool(root, "--force");
    assert.equal(unknown.code, 64);
    assert.match(unknown.err, /--if-missing/);
  });
});
