// The trivial kernel of these benchmarks: sends back the first bytes of its input, as many as the input says. Its check
// lets everything pass, so what is measured is the road and not the work.
import { answer, kernel } from "../../tests/hostile/kernels.ts";
import { type Files, filesOf, sourceOf } from "../../tests/hostile/bundles.ts";
import { op } from "../../tests/hostile/wasm_builder.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { createPool, generateSigner, loadBundle, type Signer, signerEntries } from "../../sandbox/mod.ts";
import { inputOf } from "./order.ts";

const id = "echo";
const version = "1.0.0";
const bytesMax = 256 * 1024;
const pages = 16;
const fuelMax = 1_000_000_000;

function echoFiles(signer: Signer): Promise<Files> {
  const core = meter(kernel({
    memory: { initial: pages, maximum: pages },
    run: answer(0, op.get(0), [...op.get(0), ...op.load32(0)]),
  }));
  const limits = { inputBytesMax: bytesMax, outputBytesMax: bytesMax, memoryPages: pages, fuelMax };
  return filesOf(core, signer, { id, version, limits });
}

/** Writes the bundle below `bundles`, and its signature into the coordinator's folder `data`. No component stands behind it. */
export async function writeEchoBundle(bundles: string, data: string, signer: Signer): Promise<void> {
  const [bundle, signatures] = [`${bundles}/${id}/${version}`, `${data}/signatures/${id}/${version}`];
  for (const folder of [bundle, signatures]) await Deno.mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(await echoFiles(signer))) {
    await Deno.writeFile(`${name === "manifest.sig" ? signatures : bundle}/${name}`, bytes);
  }
  const entries = signerEntries(new Map([[signer.keyId, signer.publicKey]]));
  await Deno.writeTextFile(`${data}/signers.json`, JSON.stringify(entries));
}

/** The fuel that each of its tasks uses, as a real run says: nothing is copied, so it does not depend on sizes. */
export async function echoFuel(): Promise<number> {
  const signer = await generateSigner();
  const pins = new Map([[signer.keyId, signer.publicKey]]);
  const bundle = await loadBundle(sourceOf(await echoFiles(signer)), { pins, releaseFloor: () => 0 });
  const pool = createPool({ slots: 1 });
  try {
    const { fuel, type } = await pool.run(bundle, inputOf(1, 180, 100), [], fuelMax);
    if (type !== "output") throw new Error("the echo kernel does not run");
    return fuel;
  } finally {
    await pool.close();
  }
}
