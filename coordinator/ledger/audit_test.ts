import { P2c2rError } from "../../protocol/mod.ts";
import { assert, fc } from "../../tests/deps.ts";
import { type AuditRecord, packAudit, unpackAudit } from "./audit.ts";

const whole = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 2 ** 31 - 1 }), fc.maxSafeNat());
const number = fc.nat({ max: 2 ** 31 - 1 }).map((n) => n * 1_000);
const record: fc.Arbitrary<AuditRecord> = fc.record({
  task: number,
  attempt: number,
  project: fc.option(fc.oneof(fc.uuid(), fc.string())),
  worker: fc.option(fc.oneof(fc.stringMatching(/^[0-9a-f]{32}$/), fc.string())),
  kernel: fc.constantFrom("paths@1.0.0", "spheres@2.1.0", ""),
  verdict: fc.constantFrom("served", "shadow", "late", "failed", "refuted", "unserved"),
  fuel: whole,
  latencyMs: fc.integer({ min: 0, max: 60_000_000 }).map((us) => us / 1000),
}, { noNullPrototype: true });

Deno.test("unpackAudit() gives back what packAudit() took", () => {
  fc.assert(fc.property(fc.array(record), (records) => {
    assert.deepEqual(unpackAudit(packAudit(records)), records);
  }));
});

Deno.test("packAudit() rounds latencies to microseconds and takes none for negative", () => {
  const one = { task: 1, attempt: 1, project: null, worker: null, kernel: "k@1", fuel: 0 };
  const records = [1.23456, -3].map((latencyMs) => ({ ...one, verdict: "served", latencyMs }) as const);
  assert.deepEqual(unpackAudit(packAudit(records)).map(({ latencyMs }) => latencyMs), [1.235, 0]);
});

/** A flush of 100 ms at 10,000 tasks a second on 100 workers: one record of each worker in ten. */
function typicalFlush(): AuditRecord[] {
  return Array.from({ length: 1_000 }, (_, n) => ({
    task: 5_000_000_000 + n,
    attempt: 6_000_000_000 + n + (n % 7),
    project: `019a0000-0000-7000-8000-00000000000${n % 3}`,
    worker: (n % 100).toString(16).padStart(32, "a1"),
    kernel: n % 2 === 0 ? "pathfind@1.0.0" : "physics@1.0.0",
    verdict: n % 50 === 0 ? "shadow" : "served",
    fuel: 100_000 + n * 977,
    latencyMs: 3 + (n % 97) * 1.037,
  }));
}

Deno.test("packAudit() takes at most 40 bytes a record, and less than 20 where a flush is full", () => {
  const flush = typicalFlush();
  assert(packAudit(flush).length / flush.length < 20);
  const eachAnother = flush.map((one, n) => ({ ...one, worker: n.toString(16).padStart(32, "0") }));
  assert(packAudit(eachAnother).length / flush.length <= 40);
});

Deno.test("unpackAudit() refuses damaged blobs with a code and never hangs", () => {
  const blob = packAudit(typicalFlush().slice(0, 20));
  fc.assert(fc.property(fc.nat({ max: blob.length - 1 }), fc.nat({ max: 255 }), fc.nat(), (at, byte, cut) => {
    const damaged = blob.slice(0, cut % 2 === 0 ? blob.length : at + 1);
    damaged[at] = byte;
    try {
      unpackAudit(damaged);
    } catch (error) {
      assert(error instanceof P2c2rError);
      assert.equal(error.code, "store.failed");
    }
  }));
  const longer = new Uint8Array([...blob, 0]);
  assert.throws(() => unpackAudit(longer), { code: "store.failed", message: /left over/ });
  assert.throws(() => unpackAudit(blob.subarray(0, blob.length - 1)), { code: "store.failed" });
  assert.throws(() => unpackAudit(new Uint8Array([2, 0, 0])), {
    code: "store.failed",
    message: /version is 2/,
  });
  assert.throws(() => unpackAudit(new Uint8Array(20).fill(0xff)), { code: "store.failed" });
});
