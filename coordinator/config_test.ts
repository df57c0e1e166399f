import { assert } from "../tests/deps.ts";
import { type CoordinatorConfig, localSlotsFor, readConfig } from "./config.ts";
import { greet, workerCommand } from "./greeting.ts";
import { describeError, lineLog } from "./log.ts";
import { P2c2rError } from "../protocol/mod.ts";

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}): CoordinatorConfig {
  const config = readConfig({ args, env: (name) => env[name], cores: 8, bundles: "/bundles" });
  assert.ok(config !== "help");
  return config;
}

Deno.test("readConfig() has a default for everything and freezes what it read", () => {
  const config = read([]);
  assert.deepEqual(config, {
    port: 8765,
    host: "127.0.0.1",
    data: "data",
    bundles: "/bundles",
    localSlots: 4,
    memory: false,
    json: false,
    exitOnEof: false,
    trustProxy: false,
    join: { mode: "open", bits: 20 },
    isPublic: false,
    plainThreads: false,
    operatorToken: null,
  });
  assert.ok(Object.isFrozen(config));
  assert.equal(readConfig({ args: ["--help"], env: () => undefined, cores: 1, bundles: "" }), "help");
});

Deno.test("readConfig() takes flags before the environment", () => {
  const env = {
    P2C2R_PORT: "1",
    P2C2R_DATA: "a",
    P2C2R_LOCAL_SLOTS: "2",
    P2C2R_MEMORY: "1",
    P2C2R_TRUST_PROXY: "0",
  };
  const config = read(["--port", "0", "--data", "b"], env);
  assert.deepEqual([config.port, config.data, config.localSlots, config.memory, config.trustProxy], [
    0,
    "b",
    2,
    true,
    false,
  ]);
});

Deno.test("readConfig() names the setting, its value and what is allowed", () => {
  const cases: readonly [readonly string[], Record<string, string>, RegExp][] = [
    [["--port", "65536"], {}, /--port is "65536", allowed is a whole number from 0 to 65535/],
    [["--port=-1"], {}, /--port is "-1"/],
    [["--port", "8e3"], {}, /--port is "8e3"/],
    [["--local-slots", "0"], {}, /--local-slots is "0", allowed is a whole number from 1 to 64/],
    [["--data", " "], {}, /--data is " ", allowed is a name/],
    [[], { P2C2R_MEMORY: "yes" }, /P2C2R_MEMORY is "yes", allowed is 0 or 1/],
    [[], { P2C2R_OPERATOR_TOKEN: "short" }, /P2C2R_OPERATOR_TOKEN must be at least 32/],
  ];
  for (const [args, env, message] of cases) {
    assert.throws(() => read(args, env), (error) => {
      assert.ok(error instanceof P2c2rError && error.code === "config.invalid");
      assert.match(error.message, message);
      return true;
    });
  }
  for (const args of [["--loud"], ["extra"], ["--port"]]) {
    assert.throws(() => read(args), (error) => error instanceof P2c2rError && error.code === "config.usage");
  }
  assert.ok(!describeError(new P2c2rError("config.invalid", "x")).includes("short"));
});

Deno.test("localSlotsFor() takes half the cores, at least one", () => {
  assert.deepEqual([1, 2, 3, 8, 1_000].map(localSlotsFor), [1, 1, 1, 4, 64]);
});

Deno.test("greet() shows where it is, the first key when there is one, and the command for this address", () => {
  const lines: string[] = [];
  const running = {
    url: "http://127.0.0.1:9999",
    port: 9999,
    firstKey: "p2c2r_key",
    operatorToken: "very-secret",
    status: () => Promise.reject(new Error("unused")),
    stop: () => Promise.resolve(),
    finished: Promise.resolve(),
  };
  greet(running, read([]), lineLog(false, (line) => lines.push(line)));
  assert.match(lines[0]!, /shown this once: p2c2r_key$/);
  assert.ok(!lines.join("\n").includes("very-secret"));
  greet({ ...running, firstKey: null }, read(["--memory"]), lineLog(true, (line) => lines.push(line)));
  assert.deepEqual(lines.slice(3).map((line) => JSON.parse(line).type), ["operator", "worker"]);
  assert.equal(workerCommand("http://127.0.0.1:8765"), "deno run worker");
  assert.match(
    workerCommand(running.url),
    /--allow-net=127\.0\.0\.1:9999 worker\/main\.ts --coordinator http:\/\/127\.0\.0\.1:9999$/,
  );
});

Deno.test("describeError() tells what led to an error, and a stack only for defects", () => {
  const cause = new TypeError("deep");
  const told = describeError(
    new P2c2rError("store.failed", "Cannot open", { cause: new Error("disk", { cause }) }),
  );
  assert.equal(told, "Cannot open (Error: disk; TypeError: deep)");
  assert.match(describeError(cause), /TypeError: deep\n\s+at /);
  assert.equal(describeError("text"), "text");
});
