import { assert } from "../../tests/deps.ts";
import { identity, refused, RESULT_AT, TestGuest, trapsOnHandle } from "../../tests/hostile/wasi_guest.ts";
import { hostFuel } from "./function.ts";
import { HANDLES_MAX } from "./handles.ts";
import { WasiHost } from "./host.ts";
import { functionIn } from "./interfaces.ts";

Deno.test("every call and every byte is charged, up to the limit and not one further", () => {
  const guest = new TestGuest({ fuelMax: 10 * hostFuel.call });
  for (let i = 0; i < 10; i++) guest.call("clocks/monotonic-clock#now");
  assert.equal(guest.host.fuel, 10 * hostFuel.call);
  refused(() => guest.call("clocks/monotonic-clock#now"), /used all of its 1000 fuel/, "kernel.exhausted");
  const writer = new TestGuest();
  const out = writer.call("cli/stdout#get-stdout") as number;
  const before = writer.host.fuel;
  writer.call("io/streams#[method]output-stream.blocking-write-and-flush", out, 0, 300);
  assert.equal(writer.host.fuel - before, hostFuel.call + 300 * hostFuel.byteCopied);
  writer.drop("output-stream", out);
  assert.equal(writer.host.fuel - before, 2 * hostFuel.call + 300 * hostFuel.byteCopied);
});

Deno.test("handles: one kind each, gone when dropped, used again the last one first, so many and no more", () => {
  const guest = new TestGuest();
  const stdin = guest.call("cli/stdin#get-stdin") as number;
  const stdout = guest.call("cli/stdout#get-stdout") as number;
  assert.deepEqual([stdin, stdout], [1, 2]);
  trapsOnHandle(() => guest.drop("output-stream", stdin));
  guest.drop("input-stream", stdin);
  trapsOnHandle(() => guest.drop("input-stream", stdin));
  trapsOnHandle(() => guest.call("io/streams#[method]input-stream.read", stdin, 1n));
  guest.drop("output-stream", stdout);
  assert.equal(guest.call("cli/stdin#get-stdin"), stdout);
  assert.equal(guest.call("cli/stdin#get-stdin"), stdin);
  for (let held = 2; held < HANDLES_MAX; held++) guest.call("cli/stdin#get-stdin");
  refused(() => guest.call("cli/stdin#get-stdin"), /holds more than 1024 handles/);
});

Deno.test("a result's place outside memory or unaligned is a trap, before anything is done", () => {
  const guest = new TestGuest();
  const now = functionIn("wasi:clocks/wall-clock@0.2.0", "now");
  assert.ok(now !== undefined);
  const call = guest.host.bind(now, { memory: () => guest.memory, realloc: () => 0 });
  call(65_536 - 16);
  for (const place of [65_536 - 8, 65_536, -8, RESULT_AT + 4]) {
    refused(() => call(place), /outside its memory/);
  }
  const out = guest.call("cli/stdout#get-stdout") as number;
  const write = "io/streams#[method]output-stream.blocking-write-and-flush";
  refused(() => guest.call(write, out, 65_530, 7), /outside its memory/);
  refused(() => guest.call(write, out, -1, 2), /outside its memory/);
});

Deno.test("a kernel whose allocator calls the host is stopped", () => {
  const guest = new TestGuest();
  guest.onAllocate = () => guest.call("clocks/monotonic-clock#now");
  refused(() => guest.call("random/random#get-random-bytes", 1n), /allocator called the host/);
});

Deno.test("a result is where the kernel wants it also when its allocator makes the memory grow", () => {
  const guest = new TestGuest();
  guest.onAllocate = () => void guest.memory.grow(1);
  guest.call("random/random#get-random-bytes", 8n);
  assert.equal(guest.list().length, 8);
});

Deno.test("two hosts of one task give the same, whatever another task did meanwhile", () => {
  const other = new WasiHost({ ...identity, input: Uint8Array.of(9) }, 1_000_000);
  const [a, b] = [new TestGuest(), new TestGuest()];
  a.call("random/random#get-random-bytes", 16n);
  assert.equal(other.printed, undefined);
  b.call("random/random#get-random-bytes", 16n);
  assert.deepEqual(a.list(), b.list());
});
