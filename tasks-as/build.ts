/**
 * Compiles, componentises and bundles kernels.
 *
 * `deno run -A --config tasks-as/deno.json tasks-as/build.ts [kernel…] [--check]` builds the named kernels,
 * or all of them. With `--check` nothing is written: the build is compared with the committed bundles.
 */
import { buildBundle, type Bundle, staleFiles, writeBundle } from "./build/bundle.ts";
import { type FuelRecord, measureFuel, readFuel, recordFuel } from "./build/fuel.ts";

const EXIT_DIFFERENT = 1;
const EXIT_USAGE = 64;
const root = new URL("./", import.meta.url);

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const known = await kernelsIn(root);
  const asked = args.filter((arg) => arg !== "--check");
  const unknown = asked.filter((arg) => !known.includes(arg));
  if (unknown.length > 0) {
    console.error(
      `Cannot build ${unknown.join(", ")}: no such kernel or option; kernels are ${known.join(", ")}`,
    );
    return EXIT_USAGE;
  }
  const kernels = asked.length > 0 ? asked : known;
  try {
    return args.includes("--check") ? await checkAll(kernels) : await buildAll(kernels);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return EXIT_DIFFERENT;
  }
}

async function buildAll(kernels: readonly string[]): Promise<number> {
  for (const kernel of kernels) {
    const bundle = await buildBundle(root, kernel);
    await recordFuel(root, kernel, await fuelOf(kernel, bundle));
    await writeBundle(root, bundle);
    const sizes = [...bundle.files].map(([name, bytes]) => `${name} ${bytes.length} B`).join(", ");
    console.log(`${bundle.id} ${bundle.version}: ${sizes}`);
  }
  return 0;
}

async function checkAll(kernels: readonly string[]): Promise<number> {
  let code = 0;
  for (const kernel of kernels) {
    const bundle = await buildBundle(root, kernel);
    const stale = await staleFiles(root, bundle);
    if (stale.length > 0) {
      console.error(
        `Cannot accept bundles/${bundle.id}/${bundle.version}: ${
          stale.join(", ")
        } differ from what the sources ` +
          `build; run the build without --check, or raise the version`,
      );
      code = EXIT_DIFFERENT;
    } else if (
      JSON.stringify(await readFuel(root, kernel)) !== JSON.stringify(await fuelOf(kernel, bundle))
    ) {
      console.error(
        `Cannot accept ${kernel}/fuel.json: it costs something else; run the build without --check`,
      );
      code = EXIT_DIFFERENT;
    } else {
      console.log(`${bundle.id} ${bundle.version}: as built`);
    }
  }
  return code;
}

async function fuelOf(kernel: string, bundle: Bundle): Promise<FuelRecord> {
  const core = bundle.files.get("core.wasm")?.slice() ?? new Uint8Array();
  const { files } = JSON.parse(new TextDecoder().decode(bundle.files.get("manifest.json"))) as {
    readonly files: Readonly<Record<string, string>>;
  };
  return await measureFuel(kernel, core, files["component.wasm"] ?? "");
}

/** A kernel is a folder with a manifest. */
async function kernelsIn(folder: URL): Promise<string[]> {
  const kernels: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isDirectory) continue;
    const names = await Array.fromAsync(Deno.readDir(new URL(`${entry.name}/`, folder)));
    if (names.some((one) => one.name === "manifest.json")) kernels.push(entry.name);
  }
  return kernels.sort();
}
