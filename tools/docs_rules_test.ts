import { assert } from "../tests/deps.ts";
import { pinnedDeno } from "./docs_lint.ts";
import { brokenLinks, misnumberedRecords, otherPins, type Tree, unknownCommands } from "./docs_rules.ts";
import { anchorsOf, linksOf } from "./markdown.ts";

function tree(pages: Record<string, string>, files: string[] = []): Tree {
  return {
    files: new Set([...Object.keys(pages), ...files]),
    pages: new Map(Object.entries(pages)),
    tasks: new Set(["demo", "kernels:build", "worker"]),
    pins: new Map(Object.entries(pages)),
    pinnedDeno: "2.9.6",
  };
}

Deno.test("brokenLinks() follows files, folders and headings from where the page stands", () => {
  const pages = {
    "README.md": [
      "[a](docs/a.md) [folder](docs/) [root](.) [line](protocol/codec.ts) ![p](out.png)",
      "[self](#two-words) [there](docs/a.md#what-is-it-worth) [out](https://example.com/x#y) <mailto:a@b.c>",
      "# Two words",
    ].join("\n"),
    "docs/a.md":
      "[up](../README.md#two-words) [abs](/README.md)\n## What *is* it `worth`?\n[ref]\n\n[ref]: ../protocol/",
  };
  assert.deepEqual(brokenLinks(tree(pages, ["protocol/codec.ts", "out.png"])), []);
});

Deno.test("brokenLinks() names page, line and target of what leads nowhere", () => {
  const pages = {
    "README.md": "\n[gone](docs/gone.md)\n[head](docs/a.md#nothing)\n[self](#nothing)\n[ref]: gone.md",
    "docs/a.md": "# Something\n[outside](../../x.md)",
  };
  assert.deepEqual(brokenLinks(tree(pages)), [
    "README.md:2 links to docs/gone.md, which does not exist",
    "README.md:3 links to docs/a.md#nothing: docs/a.md has no such heading",
    "README.md:4 links to #nothing: README.md has no such heading",
    "README.md:5 links to gone.md, which does not exist",
    "docs/a.md:2 links to ../../x.md, which does not exist",
  ]);
});

Deno.test("linksOf() skips fences, inline code and comments", () => {
  const page = "```md\n[a](b)\n```\n`[c](d)` <!-- [e](f) -->\n~~~\n[g](h)\n```\n~~~\n[i](j 'title')";
  assert.deepEqual(linksOf(page), [{ line: 9, target: "j" }]);
});

Deno.test("anchorsOf() numbers headings of the same words and leaves fenced lines out", () => {
  const page = '# A b\n## A b\n```sh\n# comment\n```\n### [Link](x.md) & more\n<a id="own"></a>';
  assert.deepEqual([...anchorsOf(page)], ["a-b", "a-b-1", "link--more", "own"]);
});

Deno.test("unknownCommands() checks tasks in prose and fences, and runs by name", () => {
  const fine =
    "Run `deno task demo --json`, `deno run worker` or\n```sh\nnpx -y deno@2.9.6 task kernels:build\n```\n" +
    "`npx -y deno@2.9.6 task …`, `deno run -A tools/x.ts`, `deno run tools/x.ts`";
  assert.deepEqual(unknownCommands(tree({ "README.md": fine })), []);
  const wrong = "`deno task dance`\n```sh\ndeno task kernels:bild\n```\n`deno run wrker`";
  assert.deepEqual(unknownCommands(tree({ "README.md": wrong })), [
    "README.md:1 names deno task dance, which does not exist",
    "README.md:3 names deno task kernels:bild, which does not exist",
    "README.md:5 names deno task wrker, which does not exist",
  ]);
});

Deno.test("otherPins() names each place that shows another Deno than the pinned one", () => {
  const text =
    "npx -y deno@2.9.6 task demo, see deno:latest\nARG DENO_VERSION=2.9.5\nFROM denoland/deno:2.8.0\ndeno@2.9 x";
  assert.deepEqual(otherPins(tree({ "deploy/Dockerfile": text })), [
    "deploy/Dockerfile:2 names Deno 2.9.5, .ci/run pins 2.9.6",
    "deploy/Dockerfile:3 names Deno 2.8.0, .ci/run pins 2.9.6",
    "deploy/Dockerfile:4 names Deno 2.9, .ci/run pins 2.9.6",
  ]);
});

Deno.test("misnumberedRecords() counts from 0001 without gaps and wants NNNN-title.md", () => {
  const adr = (...names: string[]) => misnumberedRecords(tree({}, names.map((name) => `docs/adr/${name}`)));
  assert.deepEqual(adr("0001-arrays.md", "0002-own-sandbox.md"), []);
  assert.deepEqual(adr("0001-arrays.md", "0003-sandbox.md"), [
    "docs/adr/0003-sandbox.md should be number 0002",
  ]);
  assert.equal(adr("0001-a.md", "0001-b.md").length, 1);
  assert.deepEqual(adr("1-arrays.md"), ["docs/adr/1-arrays.md is not named NNNN-title.md"]);
});

Deno.test("pinnedDeno() reads the version out of .ci/run", () => {
  assert.equal(pinnedDeno("#!/usr/bin/env bash\nDENO_VERSION=2.9.6\n"), "2.9.6");
  assert.equal(pinnedDeno("echo"), "nothing");
});
