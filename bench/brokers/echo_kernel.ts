// The trivial kernel of these benchmarks: sends back the first bytes of its input, as many as the input says. Its check
// lets everything pass, so what is measured is the road and not the work.
import { answer, kernel } from "../../tests/hostile/kernels.ts";
import { filesOf } from "../../tests/hostile/bundles.ts";
import { op } from "../../tests/hostile/wasm_builder.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { type Signer, signerEntries } from "../../sandbox/mod.ts";

const id = "echo";
const version = "1.0.0";
const bytesMax = 256 * 1024;
const pages = 16;

/** Writes the bundle below `bundles`, and its signature into the coordinator's folder `data`. No component stands behind it. */
export async function writeEchoBundle(bundles: string, data: string, signer: Signer): Promise<void> {
  const core = meter(kernel({
    memory: { initial: pages, maximum: pages },
    run: answer(0, op.get(0), [...op.get(0), ...op.load32(0)]),
  }));
  const files = await filesOf(core, signer, {
    id,
    version,
    limits: { inputBytesMax: bytesMax, outputBytesMax: bytesMax, memoryPages: pages, fuelMax: 1_000_000_000 },
  });
  const [bundle, signatures] = [`${bundles}/${id}/${version}`, `${data}/signatures/${id}/${version}`];
  for (const folder of [bundle, signatures]) await Deno.mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.writeFile(`${name === "manifest.sig" ? signatures : bundle}/${name}`, bytes);
  }
  const entries = signerEntries(new Map([[signer.keyId, signer.publicKey]]));
  await Deno.writeTextFile(`${data}/signers.json`, JSON.stringify(entries));
}
