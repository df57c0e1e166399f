import { assert } from "../tests/deps.ts";
import { parseConfig } from "./config.ts";

function run(...args: string[]) {
  const parsed = parseConfig(args, 8);
  if (parsed.type !== "run") assert.fail(JSON.stringify(parsed));
  return parsed.config;
}

function refusal(...args: string[]): [number, string] {
  const parsed = parseConfig(args, 8);
  if (parsed.type !== "refused") assert.fail(`${args} was not refused`);
  return [parsed.exitCode, parsed.text];
}

Deno.test("parseConfig() takes half the cores and the coordinator of this computer by default", () => {
  const config = run();
  assert.equal(config.coordinator.origin, "http://127.0.0.1:8765");
  assert.deepEqual([config.threads, config.duty, config.json, config.exitOnEof], [4, 1, false, false]);
  assert.deepEqual([config.isolate, run("--isolate", "process").isolate], ["thread", "process"]);
  assert.deepEqual([config.lowPriority, run("--priority=normal").lowPriority], [true, false]);
  assert.match(config.dataDir, /[/\\]data[/\\]worker$/);
  assert.ok(Object.isFrozen(config));
  const single = parseConfig([], 1);
  assert.equal(single.type === "run" && single.config.threads, 1);
});

Deno.test("parseConfig() takes values after a space or an equals sign", () => {
  const key = "ab".repeat(32);
  const config = run(
    "--threads",
    "3",
    "--duty=0.5",
    "--data",
    "x",
    "--signer",
    key,
    `--signer=${key}`,
    "--json",
  );
  assert.deepEqual([config.threads, config.duty, config.dataDir, config.json], [3, 0.5, "x", true]);
  assert.deepEqual(config.signers, [Uint8Array.fromHex(key), Uint8Array.fromHex(key)]);
});

Deno.test("parseConfig() refuses what is no flag with 64, one sentence", () => {
  for (
    const args of [["--thread=1"], ["thing"], ["-t"], ["--"], ["--json=yes"], ["--threads"], [
      "--duty=1",
      "--duty=1",
    ]]
  ) {
    const [code, text] = refusal(...args);
    assert.equal(code, 64, args.join(" "));
    assert.match(text, /^Cannot start worker: [^\n]+\.$/);
  }
});

Deno.test("parseConfig() refuses values that are not allowed with 78, and names what is", () => {
  for (
    const [flag, allowed] of [
      ["--threads=0", "a whole number from 1 to 256"],
      ["--threads=1.5", "a whole number"],
      ["--isolate=Thread", "thread or process"],
      ["--isolate=browser", "thread or process"],
      ["--duty=0", "a number from 0.01 to 1"],
      ["--duty=1e0", "a number"],
      ["--disk-mb=-1", "from 64"],
      ["--data=", "path of a folder"],
      ["--priority=high", "low or normal"],
      ["--signer=abc", "64 hex digits"],
      ["--coordinator=example.org:8765", "an address like"],
      ["--coordinator=ws://example.org", "an address like"],
      ["--coordinator=http://me:secret@example.org", "an address like"],
      ["--coordinator=http://example.org/path", "an address like"],
    ] as const
  ) {
    const [code, text] = refusal(flag);
    assert.equal(code, 78, flag);
    assert.ok(text.includes(allowed), `${text} names ${allowed}`);
  }
});

Deno.test("parseConfig() shows help, whatever else is asked", () => {
  const parsed = parseConfig(["--threads=0", "--help"], 8);
  assert.equal(parsed.type, "help");
});
