// What every kind of cell must do, told to each kind that this runtime has. Browsers are told in tests/browser/.
import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel, spin } from "../../tests/hostile/kernels.ts";
import type { Cell, CellKind } from "./cell.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { type CellMessage, type Program, readCellMessage, type RunMessage } from "./messages.ts";
import { processes } from "./process.ts";
import { threads } from "./thread.ts";

const bundle = await bundleOf(kernel());
const OUTPUT_BYTES_MAX = 200_000;

/** A task of the kind's own form, but for some parts. */
type Told = (parts?: Partial<RunMessage>) => RunMessage;

function codeFor({ takes }: CellKind, { lent }: Bundle): Program {
  return { lent: takes === "modules" ? lent.module : lent.bytes, memory: lent.memory };
}

function toldTo(kind: CellKind): Told {
  return (parts = {}) => ({
    type: "run",
    kernel: bundle.digest,
    code: codeFor(kind, bundle),
    input: Uint8Array.of(1, 2),
    assets: [],
    newAssets: [],
    droppedModules: [],
    droppedAssets: [],
    outputBytesMax: OUTPUT_BYTES_MAX,
    fuelLimit: 1_000,
    wallMs: 1_000,
    ...parts,
  });
}

/** What a cell says to each message in turn, and why it died, if it did. */
async function say(
  kind: CellKind,
  messages: readonly RunMessage[],
  posted: (cell: Cell) => void = () => {},
): Promise<(CellMessage | string | undefined)[]> {
  const cell = kind.start();
  const heard: (CellMessage | string | undefined)[] = [];
  try {
    await new Promise<void>((resolve) => {
      const left = [...messages];
      cell.listen({
        message(answer) {
          heard.push(readCellMessage(answer, OUTPUT_BYTES_MAX));
          const next = left.shift();
          if (next === undefined) return resolve();
          cell.post(next);
          posted(cell);
        },
        died(reason) {
          heard.push(reason);
          resolve();
        },
      });
    });
  } finally {
    await cell.end();
  }
  return heard;
}

for (const kind of [threads, processes]) {
  const told = toldTo(kind);

  Deno.test(`a ${kind.name} says that it is ready and answers each task`, async () => {
    const [ready, first, second] = await say(kind, [told(), told({ code: undefined })]);
    assert.deepEqual(ready, { type: "ready" });
    for (const answer of [first, second]) {
      assert.ok(typeof answer === "object" && answer.type === "outcome" && answer.outcome.type === "output");
      assert.deepEqual([...answer.outcome.output], [1, 2]);
      assert.ok(answer.outcome.fuel > 0 && answer.outcome.fuel < 1_000);
    }
  });

  Deno.test(`a ${kind.name} takes and gives more bytes than any pipe holds at once`, async () => {
    const input = Uint8Array.from({ length: 150_000 }, (_, i) => i % 251);
    const [, answer] = await say(kind, [told({ input })]);
    assert.ok(typeof answer === "object" && answer.type === "outcome" && answer.outcome.type === "output");
    assert.deepEqual(answer.outcome.output, input);
  });

  Deno.test(`a ${kind.name} drops what it is told to, and one that fails dies alone: the isolate hears of it`, async () => {
    const heard = await say(kind, [
      told({ newAssets: [[bundle.digest, Uint8Array.of(3)]], assets: [bundle.digest] }),
      told({ assets: [bundle.digest], code: undefined }),
      // The module has the same digest and stays.
      told({ droppedAssets: [bundle.digest], code: undefined }),
      told({ assets: [bundle.digest], code: undefined }),
    ]);
    assert.equal(heard.length, 5);
    assert.match(String(heard[4]), kind.name === "thread" ? /The cell does not have/ : /exit code 1/);
  });

  Deno.test(`a ${kind.name} neither shares nor detaches the caller's bytes`, async () => {
    const frame = new Uint8Array(10_000).fill(7);
    const message = told({
      input: frame.subarray(100, 104),
      newAssets: [["a", frame.subarray(200, 206)]],
      assets: ["a"],
    });
    const [, answer] = await say(kind, [message], () => frame.fill(0));
    assert.equal(frame.length, 10_000);
    assert.ok(typeof answer === "object" && answer.type === "outcome" && answer.outcome.type === "output");
    assert.deepEqual([...answer.outcome.output], [7, 7, 7, 7]);
  });

  Deno.test(`a ${kind.name} that spins comes back by itself when its time is over`, async () => {
    const spinning = await bundleOf(kernel({ run: spin }));
    const code = codeFor(kind, spinning);
    const [, late, right] = await say(kind, [
      told({ code, kernel: spinning.digest, wallMs: 30, fuelLimit: 1e12 }),
      told(),
    ]);
    assert.ok(typeof late === "object" && late.type === "outcome" && late.outcome.type === "failure");
    assert.equal(late.outcome.code, "kernel.late");
    assert.ok(typeof right === "object" && right.type === "outcome" && right.outcome.type === "output");
  });
}
