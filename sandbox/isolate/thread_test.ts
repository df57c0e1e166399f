import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel } from "../../tests/hostile/kernels.ts";
import type { RunMessage, ThreadMessage } from "./messages.ts";
import { startDenoThread } from "./thread.ts";

const bundle = await bundleOf(kernel());

function message(parts: Partial<RunMessage>): RunMessage {
  return {
    type: "run",
    kernel: bundle.digest,
    module: bundle.module,
    input: Uint8Array.of(1, 2),
    assets: [],
    newAssets: [],
    droppedModules: [],
    droppedAssets: [],
    outputBytesMax: 10,
    fuel: 5,
    wallMs: 1_000,
    ...parts,
  };
}

/** What a thread says to each message in turn, and why it died, if it did. */
async function say(messages: readonly RunMessage[]): Promise<(ThreadMessage | string)[]> {
  const thread = startDenoThread();
  const heard: (ThreadMessage | string)[] = [];
  try {
    await new Promise<void>((resolve) => {
      const left = [...messages];
      thread.listen({
        message(answer) {
          heard.push(answer);
          const next = left.shift();
          if (next === undefined) resolve();
          else thread.post(next, []);
        },
        died(reason) {
          heard.push(reason);
          resolve();
        },
      });
    });
  } finally {
    thread.end();
  }
  return heard;
}

Deno.test("a thread says that it is ready and answers each task", async () => {
  const [ready, first, second] = await say([message({}), message({ module: undefined })]);
  assert.deepEqual(ready, { type: "ready" });
  for (const answer of [first, second]) {
    assert.ok(typeof answer === "object" && answer.type === "outcome" && answer.outcome.type === "output");
    assert.deepEqual([...answer.outcome.output], [1, 2]);
    assert.equal(answer.outcome.fuel, 5);
  }
});

Deno.test("a thread drops what it is told to, and one that fails dies alone: the process hears why", async () => {
  const heard = await say([
    message({ newAssets: [[bundle.digest, Uint8Array.of(3)]], assets: [bundle.digest] }),
    message({ assets: [bundle.digest], module: undefined }),
    // The module has the same digest and stays.
    message({ droppedAssets: [bundle.digest], module: undefined }),
    message({ assets: [bundle.digest], module: undefined }),
  ]);
  assert.equal(heard.length, 5);
  assert.match(String(heard[4]), /The thread does not have/);
});
