import { sha256Hex } from "../../protocol/mod.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { assert } from "../../tests/deps.ts";
import { BlobFolder } from "./blob_folder.ts";

const blob = async (byte: number, size = 10) => {
  const bytes = new Uint8Array(size).fill(byte);
  return { bytes, digest: await sha256Hex(bytes) };
};

Deno.test("BlobFolder keeps blobs over a restart, within its bound, least recently used out first", async () => {
  await withTempFolder(async (path) => {
    const [a, b, c] = [await blob(1), await blob(2), await blob(3)];
    const folder = await BlobFolder.open(path, 25);
    assert.deepEqual(await folder.write(a.digest, a.bytes), []);
    assert.deepEqual(await folder.write(b.digest, b.bytes), []);
    await folder.read(a.digest);
    assert.deepEqual(await folder.write(c.digest, c.bytes), [b.digest]);
    assert.deepEqual(folder.digests(), [a.digest, c.digest]);
    assert.equal(folder.bytes, 20);
    const again = await BlobFolder.open(path, 25);
    assert.deepEqual([...again.digests()].sort(), [a.digest, c.digest].sort());
    assert.deepEqual(await again.read(c.digest), c.bytes);
    assert.equal(await again.read(b.digest), undefined);
    const smaller = await BlobFolder.open(path, 10);
    assert.equal(smaller.bytes, 10);
  });
});

Deno.test("BlobFolder takes the blob used last to be the newest after a restart", async () => {
  await withTempFolder(async (path) => {
    const [a, b] = [await blob(1), await blob(2)];
    const folder = await BlobFolder.open(path, 100);
    await folder.write(a.digest, a.bytes);
    await folder.write(b.digest, b.bytes);
    const earlier = new Date(Date.now() - 60_000);
    for (const { digest } of [a, b]) await Deno.utime(`${path}/${digest}`, earlier, earlier);
    await folder.read(a.digest);
    assert.deepEqual((await BlobFolder.open(path, 100)).digests(), [b.digest, a.digest]);
  });
});

Deno.test("BlobFolder removes a blob that was damaged, or that somebody took away", async () => {
  await withTempFolder(async (path) => {
    const [a, b] = [await blob(1), await blob(2)];
    const folder = await BlobFolder.open(path, 100);
    await folder.write(a.digest, a.bytes);
    await folder.write(b.digest, b.bytes);
    await Deno.writeFile(`${path}/${a.digest}`, b.bytes);
    await Deno.remove(`${path}/${b.digest}`);
    assert.equal(await folder.read(a.digest), undefined);
    assert.equal(await folder.read(b.digest), undefined);
    assert.deepEqual([folder.bytes, folder.digests()], [0, []]);
  });
});

Deno.test("BlobFolder does not keep what is larger than the folder may be, nor count strangers' files", async () => {
  await withTempFolder(async (path) => {
    await Deno.writeTextFile(`${path}/notes.txt`, "mine");
    const folder = await BlobFolder.open(path, 25);
    const large = await blob(1, 26);
    assert.deepEqual(await folder.write(large.digest, large.bytes), []);
    const written = await Promise.all([1, 2, 3, 4].map(async (byte) => {
      const { digest, bytes } = await blob(byte);
      return await folder.write(digest, bytes);
    }));
    assert.equal(written.flat().length, 2, "writes at the same time keep to the bound");
    assert.equal(folder.bytes, 20);
    assert.equal(await Deno.readTextFile(`${path}/notes.txt`), "mine");
  });
});
