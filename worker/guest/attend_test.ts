import { assert } from "../../tests/deps.ts";
import { type Command } from "../session/mod.ts";
import type { RunningWorker, WorkerStatus } from "../start.ts";
import { attend } from "./attend.ts";
import { StopPresses } from "./stop_presses.ts";

Deno.test("StopPresses takes a repeat within half a second for the same press, a later one for force", () => {
  const presses = new StopPresses();
  assert.deepEqual([1_000, 1_001, 1_500, 1_501, 9_000].map((nowMs) => presses.press(nowMs)), [
    "finish",
    "repeat",
    "repeat",
    "force",
    "force",
  ]);
});

/** A worker that only writes down what it is told, and ends when told to finish. */
function scripted() {
  const commands: Command[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const worker: RunningWorker = {
    worker: "w",
    ended,
    status: () => ({ doing: "waiting" }) as WorkerStatus,
    command(command) {
      commands.push(command);
      if (command.type === "finish") resolve(command.reason);
    },
  };
  return { worker, commands };
}

Deno.test("attend() obeys each line, answers what it does not know, and ends with its input where told to", async () => {
  const { worker, commands } = scripted();
  const said: string[] = [];
  let shown = 0;
  const reason = await attend(worker, {
    report: {
      say: (_level, text) => said.push(text),
      status: () => {},
      statusNow: () => shown++,
      end: () => {},
    },
    input: ReadableStream.from(
      ["pa", "use 1m\nsta", "tus\n\ndance\nresume"].map((text) => new TextEncoder().encode(text)),
    ),
    exitOnEof: true,
    nowMs: () => 0,
    force: () => assert.fail("nobody insisted"),
  });
  assert.equal(reason, "standard input ended");
  assert.deepEqual(commands.map(({ type }) => type), ["pause", "resume", "finish"]);
  assert.equal(said.length, 1);
  assert.match(said[0]!, /"dance" is no command/);
  assert.equal(shown, 2, "when asked, and at the end");
});
