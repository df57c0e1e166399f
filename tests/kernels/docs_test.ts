// docs/kernels.md, done word for word: its files written, its commands run in their order, in an empty folder each.
import { assert } from "../deps.ts";
import { have } from "../programs.ts";
import { repositoryRoot } from "../../tools/source_files.ts";
import { withDesk } from "./machine.ts";

const page = await Deno.readTextFile(`${repositoryRoot()}/docs/kernels.md`);

/** The code blocks of a section, in order: language and text. */
function blocksOf(title: string): (readonly [language: string, text: string])[] {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? "";
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => [match[1] ?? "", match[2] ?? ""]);
}

/** Follows a section and gives what its commands printed, and the answer they leave. */
async function follow(
  title: string,
  sourceFile: string,
): Promise<{ readonly said: string; readonly sorted: number[] }> {
  const blocks = blocksOf(title);
  const commands = blocks.filter(([language]) => language === "sh");
  const [source, ...more] = blocks.filter(([language]) => language !== "sh");
  assert.ok(source !== undefined && more.length === 0 && commands.length >= 2, title);
  const followed = { said: "", sorted: [] as number[] };
  await withDesk(async ({ folder, sh }) => {
    await Deno.writeTextFile(`${folder}/${sourceFile}`, source[1]);
    for (const [, lines] of commands) {
      const { code, out, err } = await sh(lines);
      assert.equal(code, 0, `${lines}\n${out}\n${err}`);
      followed.said += out;
    }
    followed.sorted.push(...await Deno.readFile(`${folder}/sorted`));
  });
  return followed;
}

const SORTED = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];

Deno.test("docs/kernels.md makes a kernel in AssemblyScript from an empty folder and runs it", async () => {
  const { said, sorted } = await follow("In AssemblyScript", "kernel.ts");
  assert.deepEqual(sorted, SORTED);
  assert.match(said, /^sort-as\/1\.0\.0, release 1: .* imports nothing\nsigned by [0-9a-f]{16}\n/);
  assert.match(said, /output: 12 bytes 010000000200000003000000\nfuel: \d+, .*\ncheck: passed\n$/);
});

const clang = await have("clang") && await have("wasm-ld");

Deno.test({
  name: `docs/kernels.md makes a kernel in C from an empty folder and runs it${
    clang ? "" : " (needs clang, lld, wasi-libc)"
  }`,
  ignore: !clang,
  async fn() {
    const { said, sorted } = await follow("In C", "kernel.c");
    assert.deepEqual(sorted, SORTED);
    assert.match(said, /^sort-c\/1\.0\.0, release 1: .* imports \d+ functions of WASI\n/);
    assert.match(said, /printed:\n {2}sorted 3 numbers\ncheck: passed\n$/);
  },
});
