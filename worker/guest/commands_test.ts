import { assert } from "../../tests/deps.ts";
import { parseCommand } from "./commands.ts";
import { parseDuration, showDuration } from "./duration.ts";

Deno.test("parseCommand() understands what the help names", () => {
  const pause = (forMs: number | null) => ({
    type: "command",
    command: { type: "pause", reason: "the helper paused", forMs },
  });
  assert.deepEqual(parseCommand("pause"), pause(null));
  assert.deepEqual(parseCommand("  PAUSE 1h "), pause(3_600_000));
  assert.deepEqual(parseCommand("pause 24h"), pause(86_400_000));
  assert.deepEqual(parseCommand("resume"), { type: "command", command: { type: "resume" } });
  assert.deepEqual(parseCommand("status"), { type: "status" });
  const withinMs = (line: string) => {
    const typed = parseCommand(line);
    return typed?.type === "command" && typed.command.type === "finish" ? typed.command.withinMs : undefined;
  };
  assert.deepEqual([withinMs("finish"), withinMs("quit")], [10_000, 0]);
  assert.equal(parseCommand(" \t"), undefined);
});

Deno.test("parseCommand() says of anything else what is allowed, and does nothing", () => {
  for (const line of ["pause 0s", "pause 25h", "pause soon", "pause 1 week", "resume now", "exit", "help"]) {
    const typed = parseCommand(line);
    assert.equal(typed?.type, "answer", line);
    assert.match(typed?.type === "answer" ? typed.text : "", /Commands:|allowed is/);
  }
});

Deno.test("parseDuration() and showDuration() read and write lengths of time", () => {
  assert.deepEqual(["90s", "30m", "30min", "2 h"].map(parseDuration), [
    90_000,
    1_800_000,
    1_800_000,
    7_200_000,
  ]);
  assert.deepEqual(
    ["", "5", "h", "-1s", "1.5h", "1d", "999999s"].map(parseDuration),
    Array(7).fill(undefined),
  );
  assert.deepEqual([0, 1, 89_999, 90_000, 5_399_999, 7_200_000].map(showDuration), [
    "0 s",
    "1 s",
    "90 s",
    "2 min",
    "90 min",
    "2 h",
  ]);
});
