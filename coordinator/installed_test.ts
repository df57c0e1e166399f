import { assert } from "../tests/deps.ts";
import { installKernels, seedPrice, type VerifiedBundle } from "./installed.ts";
import type { StoredKernel } from "./store/mod.ts";

const encoder = new TextEncoder();

function bundle(id: string, release: number): VerifiedBundle {
  return {
    digest: id.repeat(64).slice(0, 64),
    manifest: {
      id,
      version: `${release}.0.0`,
      release,
      limits: {
        inputBytesMax: 1,
        outputBytesMax: 2,
        assetsMax: 3,
        assetBytesMax: 4,
        fuelMax: 5,
        wallMsMax: 6,
      },
      detection: 0.5,
      files: { "core.wasm": "c".repeat(64) },
    },
    manifestBytes: encoder.encode(`manifest ${id}`),
    signature: encoder.encode("signature"),
    core: encoder.encode("core"),
  };
}

Deno.test("installKernels() numbers kernels from 1, stores them, and keeps a stored price", async () => {
  const saved: StoredKernel[] = [];
  const installed = await installKernels({
    save: (kernel) => {
      saved.push(kernel);
      return Promise.resolve(kernel.id === "a" ? { ...kernel, price: 77 } : kernel);
    },
    list: () => Promise.resolve([]),
    releaseFloor: () => Promise.resolve(0),
    setPrice: () => Promise.resolve(true),
  }, [bundle("a", 1), bundle("b", 2)]);
  assert.deepEqual(saved.map(({ manifest, signature }) => [manifest, signature]), [
    ["manifest a", "signature"],
    ["manifest b", "signature"],
  ]);
  assert.deepEqual(installed.map(({ kernel }) => [kernel.no, kernel.id, kernel.price]), [
    [1, "a", 77],
    [2, "b", seedPrice],
  ]);
  const [{ kernel, files }] = installed as [typeof installed[number]];
  assert.deepEqual(
    [kernel.fuelMax, kernel.assetBytesMax, kernel.detection, kernel.version],
    [5, 4, 0.5, "1.0.0"],
  );
  assert.deepEqual([...files.keys()], ["a".repeat(64), "c".repeat(64)]);
});
