import { P2c2rError, sha256Hex } from "../../protocol/mod.ts";
import { assert } from "../../tests/deps.ts";
import { Blobs, type BlobsOptions } from "./blobs.ts";

const bytes = new TextEncoder().encode("a map");
const digest = await sha256Hex(bytes);

function blobs(options: Partial<BlobsOptions>): Blobs {
  return new Blobs({
    shelf: { read: () => Promise.resolve(undefined), write: () => Promise.resolve([]) },
    fetchBlob: () => Promise.resolve(bytes),
    strangeCode: "bundle.digest",
    fetchesMax: 4,
    kept: () => {},
    unkept: () => {},
    ...options,
  });
}

Deno.test("Blobs.get() prefers the disk, and keeps what it fetched", async () => {
  const kept: unknown[] = [];
  const fetched = blobs({
    shelf: { read: () => Promise.resolve(undefined), write: () => Promise.resolve(["old"]) },
    kept: (one, gone) => kept.push([one, gone]),
  });
  assert.deepEqual(await fetched.get(digest, 100), bytes);
  assert.deepEqual(kept, [[digest, ["old"]]]);
  const held = blobs({
    shelf: {
      read: () => Promise.resolve(bytes),
      write: () => Promise.reject(new Error("not written again")),
    },
    fetchBlob: () => Promise.reject(new Error("not fetched")),
  });
  assert.deepEqual(await held.get(digest, 100), bytes);
});

Deno.test("Blobs.get() refuses bytes with another digest, and keeps none of them", async () => {
  let written = false;
  const strange = blobs({
    fetchBlob: () => Promise.resolve(new Uint8Array(3)),
    shelf: {
      read: () => Promise.resolve(undefined),
      write: () => {
        written = true;
        return Promise.resolve([]);
      },
    },
  });
  await assert.rejects(
    strange.get(digest, 100),
    (error) => error instanceof P2c2rError && error.code === "bundle.digest",
  );
  assert.equal(written, false);
});

Deno.test("Blobs.get() fetches once for all who ask at the same time, and again after a failure", async () => {
  let fetches = 0;
  const one = blobs({
    fetchBlob: () => ++fetches === 1 ? Promise.reject(new Error("lost")) : Promise.resolve(bytes),
  });
  const first = await Promise.allSettled([one.get(digest, 100), one.get(digest, 100)]);
  assert.deepEqual(first.map(({ status }) => status), ["rejected", "rejected"]);
  assert.equal(fetches, 1);
  assert.deepEqual(await one.get(digest, 100), bytes);
});

Deno.test("Blobs.get() uses what it could not keep, and says so", async () => {
  const causes: unknown[] = [];
  const full = blobs({
    shelf: { read: () => Promise.resolve(undefined), write: () => Promise.reject(new Error("disk full")) },
    unkept: (cause) => causes.push(cause),
  });
  assert.deepEqual(await full.get(digest, 100), bytes);
  assert.equal(causes.length, 1);
});

Deno.test("Blobs.get() fetches no more at once than allowed", async () => {
  const waiting: (() => void)[] = [];
  let most = 0;
  const many = blobs({
    fetchesMax: 2,
    fetchBlob: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(bytes));
        most = Math.max(most, waiting.length);
      }),
  });
  const got = Promise.allSettled(
    Array.from({ length: 6 }, (_, i) => many.get(`${i}`.padStart(64, "0"), 100)),
  );
  for (let done = 0; done < 6;) {
    await new Promise((resolve) => setTimeout(resolve));
    const next = waiting.shift();
    if (next !== undefined) done++;
    next?.();
  }
  await got;
  assert.equal(most, 2);
});
