import { assert } from "../../tests/deps.ts";
import { Assets } from "./assets.ts";

function assets(bytesMax: number, got: string[]): Assets {
  return new Assets({
    bytesMax,
    blobs: {
      get(digest) {
        got.push(digest);
        return Promise.resolve(new Uint8Array(10));
      },
    },
  });
}

Deno.test("Assets.now() gives what is in memory, all or nothing, in the order asked", async () => {
  const held = assets(100, []);
  await held.get(["a", "b"]);
  assert.equal(held.now(["a", "c"]), undefined);
  assert.deepEqual(held.now(["b", "a", "b"])?.map(({ digest }) => digest), ["b", "a", "b"]);
  assert.deepEqual(held.now([]), []);
});

Deno.test("Assets drops what was not used longest when the bound is passed, but never what was just asked for", async () => {
  const got: string[] = [];
  const held = assets(25, got);
  await held.get(["a"]);
  await held.get(["b"]);
  held.now(["a"]);
  await held.get(["c"]);
  assert.notEqual(held.now(["a", "c"]), undefined);
  assert.equal(held.now(["b"]), undefined);
  const small = assets(1, got);
  assert.equal((await small.get(["d"])).length, 1);
  held.clear();
  assert.equal(held.now(["a"]), undefined);
});
