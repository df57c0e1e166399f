import { assert } from "../../tests/deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { digestOf } from "./digest.ts";
import { openFolderBlobs } from "./folder_blobs.ts";

const bytes = new TextEncoder().encode("some bytes");

Deno.test("openFolderBlobs() finds what an earlier one stored, and throws half-written files away", () =>
  withTempFolder(async (folder) => {
    const digest = await digestOf(bytes);
    await (await openFolderBlobs({ folder })).put(digest, bytes);
    await Deno.writeTextFile(`${folder}/arriving/17`, "half");
    const blobs = await openFolderBlobs({ folder });
    assert.equal(blobs.peek(digest), undefined);
    assert.deepEqual(await blobs.get(digest), bytes);
    assert.deepEqual(blobs.peek(digest), bytes);
    assert.deepEqual([...Deno.readDirSync(`${folder}/arriving`)], []);
  }));

Deno.test("get() refuses a damaged file once, removes it, and takes the blob again", () =>
  withTempFolder(async (folder) => {
    const digest = await digestOf(bytes);
    await (await openFolderBlobs({ folder })).put(digest, bytes);
    const path = `${folder}/${digest.slice(0, 2)}/${digest}`;
    await Deno.writeTextFile(path, "some bytez");
    const blobs = await openFolderBlobs({ folder });
    await assert.rejects(blobs.get(digest), { code: "store.failed" });
    assert.equal(await blobs.get(digest), undefined);
    assert.equal(await blobs.has(digest), false);
    await blobs.put(digest, bytes);
    assert.deepEqual(await Deno.readFile(path), bytes);
  }));

Deno.test("get() reads a file once for everybody who asks at the same time", () =>
  withTempFolder(async (folder) => {
    const digest = await digestOf(bytes);
    await (await openFolderBlobs({ folder })).put(digest, bytes);
    const blobs = await openFolderBlobs({ folder });
    const [first, second] = await Promise.all([blobs.get(digest), blobs.get(digest)]);
    assert.equal(first, second);
  }));

Deno.test("peek() holds no more bytes than it may, the last used ones", () =>
  withTempFolder(async (folder) => {
    const blobs = await openFolderBlobs({ folder, warmBytesMax: 2_500 });
    const digests: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const blob = new Uint8Array(1_000).fill(n);
      digests.push(await digestOf(blob));
      if (n === 2) blobs.peek(digests[0] ?? "");
      await blobs.put(digests[n] ?? "", blob);
    }
    assert.deepEqual(digests.map((digest) => blobs.peek(digest)?.[0]), [0, undefined, 2]);
    assert.equal((await blobs.get(digests[1] ?? ""))?.[0], 1);
  }));

Deno.test("openFolderBlobs() and put() say with a code when the folder cannot be used", () =>
  withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(openFolderBlobs({ folder: `${folder}/file` }), { code: "store.failed" });
    const blobs = await openFolderBlobs({ folder });
    const digest = await digestOf(bytes);
    await Deno.writeTextFile(`${folder}/${digest.slice(0, 2)}`, "in the way");
    await assert.rejects(blobs.put(digest, bytes), { code: "store.failed" });
    assert.deepEqual([...Deno.readDirSync(`${folder}/arriving`)], []);
    assert.equal(blobs.peek(digest), undefined);
  }));
