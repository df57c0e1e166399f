// The gallery as a person opens it: its pictures, its page, and what is left of it when it is interrupted.
import { decode } from "fast-png";
import { assert } from "../deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { kill, TaskProgram } from "./task_program.ts";

const ignore = Deno.build.os !== "linux";
const names = ["bridge", "chunk", "crowd", "landscape", "paths", "tower"] as const;
const interruptedCode = 130;

/** Different colours in a picture. */
async function coloursOf(path: string): Promise<number> {
  const { width, height, data, channels } = decode(await Deno.readFile(path));
  assert.ok(width >= 300 && height >= 150, `${path}: ${width} × ${height}`);
  const colours = new Set<number>();
  for (let i = 0; i < data.length; i += channels) {
    colours.add(data[i]! << 16 | data[i + 1]! << 8 | data[i + 2]!);
  }
  return colours.size;
}

Deno.test({
  name: "a small gallery computes every picture through workers and hangs them on a page (needs /proc)",
  ignore,
  fn: async () => {
    await withTempFolder(async (folder) => {
      await using gallery = await TaskProgram.start("gallery", "--small", "--out", `${folder}/pictures`);
      const code = await gallery.ended();
      const text = `${gallery.lines.join("\n")}\n${gallery.complaints}`;
      assert.equal(code, 0, text);
      const page = await Deno.readTextFile(`${folder}/pictures/index.html`);
      for (const name of names) {
        assert.ok((await coloursOf(`${folder}/pictures/${name}.png`)) > (name === "paths" ? 4 : 200), name);
        assert.match(page, new RegExp(`<img src="${name}\\.png" alt="[^"]{20,}">`));
      }
      const tasks = [...page.matchAll(/: ([\d,]+) tasks, ([\d,]+) by workers/g)];
      assert.equal(tasks.length, names.length);
      assert.ok(tasks.every(([, count]) => Number(count!.replaceAll(",", "")) >= 1), page);
      assert.match(text, /Open .*\/pictures\/index\.html\./);
      assert.deepEqual(await gallery.processes(), []);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(gallery.folder)), []);
    });
  },
});

Deno.test({
  name: "ctrl-C ends the gallery and all its processes, with code 130 (needs /proc)",
  ignore,
  fn: async () => {
    await withTempFolder(async (folder) => {
      await using gallery = await TaskProgram.start(
        "gallery",
        "--only",
        "landscape",
        "--out",
        `${folder}/pictures`,
      );
      await gallery.line(/chunks: \d+ of \d+/);
      kill(-gallery.pid, "SIGINT");
      assert.equal(await gallery.ended(), interruptedCode, gallery.complaints);
      assert.deepEqual(await gallery.processes(), []);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(gallery.folder)), []);
    });
  },
});

Deno.test("a wrong flag of the gallery is one clear sentence, and --help needs no coordinator", async () => {
  const wrong: readonly (readonly [number, RegExp, ...string[]])[] = [
    [64, /--loud/, "--loud"],
    [78, /--only names ruins, allowed are paths/, "--only", "paths,ruins"],
    [78, /--seed is "0", allowed is a whole number/, "--seed", "0"],
  ];
  for (const [code, sentence, ...args] of wrong) {
    await using gallery = await TaskProgram.start("gallery", ...args);
    assert.equal(await gallery.ended(), code, `${args}: ${gallery.complaints}`);
    assert.match(gallery.complaints, sentence);
  }
  await using help = await TaskProgram.start("gallery", "--help");
  assert.equal(await help.ended(), 0);
  assert.match(help.lines.join("\n"), /deno task gallery \[--only NAME/);
});
