import { withTempFolder } from "../../tools/temp_folder.ts";
import { assert } from "../../tests/deps.ts";
import { readIfThere, removeUnfinished, unfinishedEnding, writeAtomically } from "./atomic_file.ts";

const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);

Deno.test("writeAtomically() replaces a file in whole and leaves nothing beside it", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/file`;
    assert.equal(await readIfThere(path), undefined);
    await writeAtomically(path, new Uint8Array(3).fill(1), 0o600);
    await writeAtomically(path, new Uint8Array(2).fill(2), 0o600);
    assert.deepEqual(await readIfThere(path), new Uint8Array([2, 2]));
    assert.deepEqual(await names(folder), ["file"]);
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  });
});

Deno.test("writeAtomically() cleans up after a failure", async () => {
  await withTempFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken`);
    await assert.rejects(writeAtomically(`${folder}/taken`, new Uint8Array(1), 0o600));
    assert.deepEqual(await names(folder), ["taken"]);
  });
});

Deno.test("removeUnfinished() removes what a crash left half-written, and nothing else", async () => {
  await withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/identity.key`, "whole");
    await Deno.writeTextFile(`${folder}/identity.key.1${unfinishedEnding}`, "ha");
    await removeUnfinished(folder);
    assert.deepEqual(await names(folder), ["identity.key"]);
  });
});

Deno.test("writeAtomically() leaves the old file or the new one when the process is killed in the middle", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/file`;
    const size = 1 << 20;
    await Deno.writeFile(path, new Uint8Array(size));
    for (let round = 0; round < 5; round++) {
      const writer = new Deno.Command(Deno.execPath(), {
        args: [
          "eval",
          `import { writeAtomically } from ${
            JSON.stringify(new URL("./atomic_file.ts", import.meta.url).href)
          };
           for (let i = 0;; i = (i + 1) % 256) {
             await writeAtomically(${JSON.stringify(path)}, new Uint8Array(${size}).fill(i), 0o600);
             console.log(i);
           }`,
        ],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const words = writer.stdout.getReader();
      for (let i = 0; i <= round; i++) await words.read();
      writer.kill("SIGKILL");
      await words.cancel();
      await writer.status;
      const bytes = await Deno.readFile(path);
      assert.equal(bytes.length, size);
      assert.ok(bytes.every((byte) => byte === bytes[0]), "one write, in whole");
    }
    await removeUnfinished(folder);
    assert.deepEqual(await names(folder), ["file"]);
  });
});
