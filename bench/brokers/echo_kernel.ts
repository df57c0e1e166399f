// The trivial kernel of these benchmarks: sends back the first bytes of its input, as many as the input says. Its check
// lets everything pass, so what is measured is the road and not the work.
import { answer, kernel } from "../../tests/hostile/kernels.ts";
import { filesOf } from "../../tests/hostile/bundles.ts";
import { op } from "../../tests/hostile/wasm_builder.ts";
import { generateSigner } from "../../sandbox/mod.ts";

const id = "echo";
const version = "1.0.0";
const bytesMax = 256 * 1024;
const pages = 16;

/** Writes the unsigned bundle below `folder`, as `kernels:build` would. */
export async function writeEchoBundle(folder: string): Promise<void> {
  const core = kernel({
    memory: { initial: pages, maximum: pages },
    run: answer(0, op.get(0), [...op.get(0), ...op.load32(0)]),
  });
  const files = await filesOf(core, await generateSigner(), {
    id,
    version,
    limits: { inputBytesMax: bytesMax, outputBytesMax: bytesMax, memoryPages: pages, fuelMax: 1_000_000_000 },
  });
  const bundle = `${folder}/${id}/${version}`;
  await Deno.mkdir(bundle, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    if (name !== "manifest.sig") await Deno.writeFile(`${bundle}/${name}`, bytes);
  }
}
