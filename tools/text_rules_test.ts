import { assert } from "../tests/deps.ts";
import { firstComment, nameComplaints, textComplaints } from "./text_rules.ts";

const LONG = "const a = 1;\n".repeat(301);

Deno.test("textComplaints() finds what no file may contain and says where", () => {
  const banned = [
    "// TO" + "DO: later",
    "// FIX" + "ME",
    "fetch('https://registry.n" + "pmjs.org/ws')",
    "see j" + "sr.io/@std",
    "const data = '/ro" + "ot/data';",
    "cd /ho" + "me/ann/p2c2r",
    "'/t" + "mp/bundle'",
    "import '../sha" + "red/x.ts'",
    "// deno-lint-ignore no-explicit-any",
  ];
  for (const line of banned) {
    const complaints = textComplaints("worker/a.ts", `const ok = 1;\n${line}\n`);
    assert.equal(complaints.length, 1, line);
    assert.match(complaints[0] ?? "", /^worker\/a\.ts:2 /);
  }
});

Deno.test("textComplaints() lets near misses pass", () => {
  const fine = [
    "// deno-lint-ignore no-explicit-any -- the library's own type",
    "const url = 'https://example.com/home/ann/';",
    "import '../worker/root/a.ts';",
    "const todo = list.todos;",
    "const template = 'XXXX';",
  ];
  for (const line of fine) assert.deepEqual(textComplaints("worker/a.ts", line), [], line);
});

Deno.test("textComplaints() wants a reason in the first comment of a long file", () => {
  assert.equal(textComplaints("worker/a.ts", LONG).length, 1);
  assert.equal(textComplaints("worker/a.ts", `// One idea.\n${LONG}// Past 300 lines: too late\n`).length, 1);
  assert.deepEqual(textComplaints("worker/a.ts", `// One idea.\n// Past 300 lines: one table.\n${LONG}`), []);
  assert.deepEqual(
    textComplaints("worker/a.ts", `/**\n * One idea. Past 300 lines: one table.\n */\n${LONG}`),
    [],
  );
  assert.deepEqual(textComplaints("docs/a.md", LONG), []);
});

Deno.test("textComplaints() lets a mod.ts re-export and nothing else", () => {
  const door = [
    "// The door.",
    `export * from "./a.ts";`,
    `export * as limits from "./l.ts";`,
    `export { a, type B } from "./b.ts";`,
    `/** C. */`,
    `export type {\n  C,\n  D,\n} from "./c.ts";`,
  ].join("\n");
  assert.deepEqual(textComplaints("protocol/mod.ts", door), []);
  assert.equal(textComplaints("protocol/mod.ts", `${door}\nexport const a = 1;`).length, 1);
  assert.deepEqual(textComplaints("protocol/model.ts", "export const a = 1;"), []);
});

Deno.test("nameComplaints() refuses vague names and other cases than snake_case", () => {
  for (
    const path of [
      "worker/utils.ts",
      "sdk/helpers/a.ts",
      "sdk/common.ts",
      "sdk/taskQueue.ts",
      "sdk/task-queue.ts",
    ]
  ) {
    assert.equal(nameComplaints(path).length, 1, path);
  }
  for (const path of ["worker/_pipe.ts", "sdk/helper_guide.ts", "docs/helpers.md", "types/ws.d.ts"]) {
    assert.deepEqual(nameComplaints(path), [], path);
  }
});

Deno.test("firstComment() takes the lines before the first blank or code line, past a shebang", () => {
  assert.equal(firstComment("// a\n// b\n\n// c\n"), "// a\n// b\n");
  assert.equal(firstComment("#!/usr/bin/env bash\n# a\nset -e\n"), "# a\n");
  assert.equal(firstComment("/* a\n b */ code"), "/* a\n b */");
  assert.equal(firstComment("const a = 1; // b"), "");
});
