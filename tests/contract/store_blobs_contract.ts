// What every blob store must do.
import { type BlobStore, digestOf } from "../../coordinator/store/mod.ts";
import { assert } from "../deps.ts";

/** Opens an empty blob store, hands it to `work` and removes it afterwards. */
export type WithBlobs = (work: (blobs: BlobStore) => Promise<void>) => Promise<void>;

/** Registers the suite for one implementation. */
export function blobsContract(name: string, withBlobs: WithBlobs): void {
  const rule = (text: string, work: (blobs: BlobStore) => Promise<void>) =>
    Deno.test(`${name}: ${text}`, () => withBlobs(work));
  const bytes = new TextEncoder().encode("some bytes");
  const unknown = "0".repeat(64);

  rule("blobs come back as they went in, until they are deleted", async (blobs) => {
    const digest = await digestOf(bytes);
    assert.equal(await blobs.has(digest), false);
    assert.equal(await blobs.get(digest), undefined);
    await blobs.put(digest, bytes);
    assert.equal(await blobs.has(digest), true);
    assert.deepEqual(await blobs.get(digest), bytes);
    await blobs.delete(digest);
    await blobs.delete(digest);
    assert.equal(await blobs.has(digest), false);
    assert.equal(await blobs.get(digest), undefined);
    assert.equal(blobs.peek(digest), undefined);
  });

  rule("peek() answers at once what was just put in or read", async (blobs) => {
    const digest = await digestOf(bytes);
    assert.equal(blobs.peek(digest), undefined);
    await blobs.put(digest, bytes);
    assert.deepEqual(blobs.peek(digest), bytes);
  });

  rule("an empty blob is a blob", async (blobs) => {
    const digest = await digestOf(new Uint8Array());
    await blobs.put(digest, new Uint8Array());
    assert.equal(await blobs.has(digest), true);
    assert.equal((await blobs.get(digest))?.length, 0);
  });

  rule("the same blob may be put twice, also at once", async (blobs) => {
    const digest = await digestOf(bytes);
    await Promise.all([blobs.put(digest, bytes), blobs.put(digest, bytes)]);
    await blobs.put(digest, bytes);
    assert.deepEqual(await blobs.get(digest), bytes);
  });

  rule("bytes under another digest are refused and not kept", async (blobs) => {
    await assert.rejects(blobs.put(unknown, bytes), { code: "request.invalid" });
    assert.equal(await blobs.has(unknown), false);
  });

  rule("what is no digest names no blob, and no file", async (blobs) => {
    for (const wrong of ["", "../../etc/passwd", unknown.slice(1), "A".repeat(64), `${unknown}0`]) {
      await assert.rejects(blobs.put(wrong, bytes), { code: "request.invalid" });
      await assert.rejects(blobs.get(wrong), { code: "request.invalid" });
      await assert.rejects(blobs.has(wrong), { code: "request.invalid" });
      await assert.rejects(blobs.delete(wrong), { code: "request.invalid" });
      assert.throws(() => blobs.peek(wrong), { code: "request.invalid" });
    }
  });
}
