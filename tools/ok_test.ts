import { assert } from "../tests/deps.ts";
import { runSteps } from "./ok.ts";

Deno.test("runSteps() runs every step, shows complaints under their step and lists the failed ones last", async () => {
  const lines: string[] = [];
  const ran: string[] = [];
  const step = (name: string, ...complaints: string[]) => ({
    name,
    run: () => {
      ran.push(name);
      return Promise.resolve(complaints);
    },
  });
  const ok = await runSteps(
    [step("fmt", "a.ts\nb.ts"), step("lint"), step("arrows", "c")],
    (line) => lines.push(line),
  );
  assert.equal(ok, false);
  assert.deepEqual(ran, ["fmt", "lint", "arrows"]);
  assert.match(lines[0] ?? "", /^FAILED {2}fmt/);
  assert.equal(lines[1], "        a.ts\n        b.ts");
  assert.match(lines[2] ?? "", /^ok {6}lint/);
  assert.equal(lines.at(-2), "FAILED: fmt, arrows");
});

Deno.test("runSteps() is ok when no step complains", async () => {
  const lines: string[] = [];
  assert.equal(
    await runSteps([{ name: "fmt", run: () => Promise.resolve([]) }], (line) => lines.push(line)),
    true,
  );
  assert.equal(lines.at(-2), "ok: 1 steps");
});
