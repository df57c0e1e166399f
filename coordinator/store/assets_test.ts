import { limits, P2c2rError } from "../../protocol/mod.ts";
import { assert } from "../../tests/deps.ts";
import { Assets } from "./assets.ts";
import { digestOf } from "./digest.ts";
import { memoryBlobs } from "./memory_blobs.ts";
import { openStore } from "./open.ts";
import type { BlobStore, Store } from "./ports.ts";

const bytes = new TextEncoder().encode("some bytes");

async function withAssets(
  work: (assets: Assets, blobs: BlobStore, store: Store) => Promise<void>,
  blobs = memoryBlobs(),
): Promise<void> {
  const store = await openStore({ path: ":memory:" });
  try {
    for (const id of ["p1", "p2"]) await store.projects.create({ id, name: id, createdMs: 1, weight: 100 });
    await work(new Assets({ index: store.assets, blobs, nowMs: () => 5 }), blobs, store);
  } finally {
    await store.close();
  }
}

Deno.test("Assets lets a project use what it uploaded, and nobody else, even who knows the digest", () =>
  withAssets(async (assets) => {
    const digest = await digestOf(bytes);
    assert.equal(await assets.put("p1", digest, bytes), "created");
    assert.equal(await assets.put("p1", digest, bytes), "present");
    assert.equal(assets.has("p1", digest), true);
    assert.equal(await assets.present("p1", digest), true);
    assert.deepEqual(await assets.get("p1", digest), bytes);
    await assets.load("p2");
    assert.equal(assets.has("p2", digest), false);
    assert.equal(await assets.present("p2", digest), false);
    assert.equal(await assets.get("p2", digest), undefined);
    assert.equal(await assets.put("p2", digest, bytes), "created");
    assert.equal(assets.has("p2", digest), true);
  }));

Deno.test("load() makes has() know what an earlier run stored", () =>
  withAssets(async (assets, blobs, store) => {
    const digest = await digestOf(bytes);
    await assets.put("p1", digest, bytes);
    const later = new Assets({ index: store.assets, blobs, nowMs: () => 6 });
    assert.equal(later.has("p1", digest), false);
    await later.load("p1");
    assert.equal(later.has("p1", digest), true);
  }));

Deno.test("put() keeps nothing of an upload that fails, so that the quota is not eaten", async () => {
  const blobs: BlobStore = {
    ...memoryBlobs(),
    put: () => Promise.reject(new P2c2rError("store.failed", "Cannot write blob: a test says so")),
  };
  await withAssets(async (assets, _blobs, store) => {
    const digest = await digestOf(bytes);
    await assert.rejects(assets.put("p1", digest, bytes), { code: "store.failed" });
    assert.equal(assets.has("p1", digest), false);
    assert.deepEqual(await store.assets.list("p1"), []);
  }, blobs);
});

Deno.test("put() refuses wrong digests, and assets above the limit", () =>
  withAssets(async (assets, _blobs, store) => {
    await assert.rejects(assets.put("p1", "0".repeat(64), bytes), { code: "request.invalid" });
    await assert.rejects(assets.put("p1", "../x", bytes), { code: "request.invalid" });
    const large = new Uint8Array(limits.blobBytesMax + 1);
    await assert.rejects(assets.put("p1", "0".repeat(64), large), { code: "asset.too_large" });
    assert.deepEqual(await store.assets.list("p1"), []);
  }));

Deno.test("put() of one asset by two connections at once: a bad upload does not undo the good one", () =>
  withAssets(async (assets, _blobs, store) => {
    const digest = await digestOf(bytes);
    const [bad, good] = await Promise.allSettled([
      assets.put("p1", digest, new Uint8Array([1])),
      assets.put("p1", digest, bytes),
    ]);
    assert.equal(bad.status, "rejected");
    assert.equal(good.status, "fulfilled");
    assert.equal((await store.assets.list("p1")).length, 1);
    assert.equal(assets.has("p1", digest), true);
  }));

Deno.test("put() stores the bytes again that a crash or a damaged disk took", () =>
  withAssets(async (assets, blobs) => {
    const digest = await digestOf(bytes);
    await assets.put("p1", digest, bytes);
    await blobs.delete(digest);
    assert.equal(await assets.present("p1", digest), false);
    assert.equal(await assets.put("p1", digest, bytes), "created");
    assert.deepEqual(await assets.get("p1", digest), bytes);
  }));
