import { assert } from "../../tests/deps.ts";
import { RandomStreams, seedOf, stream, type TaskIdentity } from "./random.ts";

const task: TaskIdentity = {
  kernel: "12".repeat(32),
  input: Uint8Array.of(1, 2, 3),
  assets: ["ab".repeat(32), "cd".repeat(32)],
  judged: undefined,
};

function draw(of: TaskIdentity, name: keyof typeof stream, ...sizes: readonly number[]): string {
  const streams = new RandomStreams(of);
  return sizes.map((size) => {
    const bytes = new Uint8Array(size);
    streams.fill(stream[name], bytes);
    return bytes.toHex();
  }).join("");
}

async function digest(...parts: readonly (string | Uint8Array)[]): Promise<Uint8Array> {
  const bytes = parts.flatMap((
    part,
  ) => [...typeof part === "string" ? new TextEncoder().encode(part) : part]);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
}

Deno.test("RandomStreams are what their header says, computed here by the platform's SHA-256", async () => {
  const input = await digest(task.input);
  const assets = task.assets.join("");
  const run = await digest(
    "p2c2r wasi random v1\n",
    Uint8Array.of(0),
    task.kernel,
    input,
    Uint8Array.of(2),
    assets,
  );
  assert.deepEqual(seedOf(task), run);
  const block = async (name: keyof typeof stream, index: number) =>
    (await digest(run, Uint8Array.of(stream[name], index, 0, 0, 0, 0, 0, 0, 0))).toHex();
  for (const name of ["random", "insecure", "insecureSeed"] as const) {
    assert.equal(draw(task, name, 96), await block(name, 0) + await block(name, 1) + await block(name, 2));
  }
  const judged = { output: Uint8Array.of(9), seed: 0x0102030405060708n };
  const check = await digest(
    ...["p2c2r wasi random v1\n", Uint8Array.of(1), task.kernel, input, Uint8Array.of(2), assets],
    ...[await digest(judged.output), Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1)],
  );
  assert.deepEqual(seedOf({ ...task, judged }), check);
});

Deno.test("RandomStreams give the same bytes however they are cut, and each stream goes on by itself", () => {
  const whole = draw(task, "random", 200);
  assert.equal(draw(task, "random", 1, 31, 32, 33, 0, 64, 39), whole);
  const streams = new RandomStreams(task);
  const [first, other, second] = [new Uint8Array(10), new Uint8Array(50), new Uint8Array(10)];
  streams.fill(stream.random, first);
  streams.fill(stream.insecure, other);
  streams.fill(stream.random, second);
  assert.equal(first.toHex() + second.toHex(), whole.slice(0, 40));
  assert.notEqual(other.toHex(), whole.slice(0, 100));
});

Deno.test("seedOf() differs when any part of the task's identity does", () => {
  const judged = { output: Uint8Array.of(1), seed: 1n };
  const tasks: TaskIdentity[] = [
    task,
    { ...task, kernel: "13".repeat(32) },
    { ...task, input: Uint8Array.of(1, 2, 4) },
    { ...task, assets: task.assets.toReversed() },
    { ...task, assets: task.assets.slice(1) },
    { ...task, judged },
    { ...task, judged: { ...judged, seed: 2n } },
    { ...task, judged: { ...judged, output: Uint8Array.of(2) } },
  ];
  assert.equal(new Set(tasks.map((one) => seedOf(one).toHex())).size, tasks.length);
});
