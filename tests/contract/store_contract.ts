// What every store must do, whatever database is behind it. A new one adds a file that runs this with its own `open`.
// Past 300 lines: one contract, each rule beside the others it must hold with.
import type { LedgerTransaction } from "../../coordinator/ledger/mod.ts";
import type { Flush, Store, WorkerChange } from "../../coordinator/store/mod.ts";
import type { KernelTrust } from "../../coordinator/verify/mod.ts";
import { limits } from "../../protocol/mod.ts";
import { assert, fc } from "../deps.ts";

/** Opens an empty store, hands it to `work` and removes it afterwards. */
export type WithStore = (work: (store: Store) => Promise<void>) => Promise<void>;

/** The part that the bookkeeper writes. */
export type Books = Pick<Store, "workers" | "ledger" | "flushes" | "audit">;

/** What the doors ask. */
export type Registry = Pick<Store, "projects" | "invites" | "workers" | "assets">;

/** Registers the suite for one implementation. */
export function storeContract(name: string, withStore: WithStore): void {
  kernelRules((text, work) => Deno.test(`${name}: ${text}`, () => withStore(work)));
  registryContract(name, withStore);
  booksContract(name, withStore);
}

/** Registers the rules of what stands beside the bookkeeper's part. */
export function registryContract(
  name: string,
  withRegistry: (work: (registry: Registry) => Promise<void>) => Promise<void>,
): void {
  const rule: Rule<Registry> = (text, work) => Deno.test(`${name}: ${text}`, () => withRegistry(work));
  projectRules(rule);
  inviteRules(rule);
  assetRules(rule);
}

/** Registers the rules of the bookkeeper's part alone. */
export function booksContract(
  name: string,
  withBooks: (work: (books: Books) => Promise<void>) => Promise<void>,
): void {
  const rule: Rule<Books> = (text, work) => Deno.test(`${name}: ${text}`, () => withBooks(work));
  workerRules(rule);
  ledgerRules(rule);
  flushRules(rule);
  auditRules(rule);
}

type Rule<S> = (text: string, work: (store: S) => Promise<void>) => void;

const project = { id: "p1", name: "Chess", createdMs: 1_800_000_000_000, weight: 100 };
const failed = { name: "P2c2rError", code: "store.failed" };

function projectRules(rule: Rule<Registry>): void {
  const key = { hash: "a".repeat(64), prefix: "abcdefgh", project: "p1", createdMs: 5 };

  rule("projects keep their keys, found by hash until revoked and after", async ({ projects }) => {
    await projects.create(project);
    await projects.create({ ...project, id: "p2", createdMs: 1 });
    await projects.addKey(key);
    assert.deepEqual(await projects.list(), [{ ...project, id: "p2", createdMs: 1 }, project]);
    assert.deepEqual(await projects.findKey(key.hash), { ...key, revokedMs: null });
    assert.equal(await projects.findKey("b".repeat(64)), undefined);
    assert.equal(await projects.revokeKey("abcdefgh", 77), true);
    assert.equal(await projects.revokeKey("abcdefgh", 78), false);
    assert.equal(await projects.revokeKey("unknown!", 78), false);
    assert.equal(await projects.setWeight("p2", 7), true);
    assert.equal(await projects.setWeight("p3", 7), false);
    assert.deepEqual((await projects.list()).map(({ weight }) => weight), [7, 100]);
    assert.deepEqual(await projects.keys("p1"), [{ ...key, revokedMs: 77 }]);
    assert.deepEqual(await projects.keys("p2"), []);
  });

  rule(
    "projects refuse a second project or key of the same name, and a key of no project",
    async ({ projects }) => {
      await projects.create(project);
      await projects.addKey(key);
      await assert.rejects(projects.create(project), failed);
      await assert.rejects(projects.addKey({ ...key, hash: "c".repeat(64) }), failed);
      await assert.rejects(projects.addKey({ ...key, prefix: "12345678" }), failed);
      await assert.rejects(
        projects.addKey({ ...key, hash: "d".repeat(64), prefix: "12345678", project: "none" }),
        failed,
      );
    },
  );
}

function inviteRules(rule: Rule<Registry>): void {
  const invite = {
    id: "0011223344556677",
    hash: "e".repeat(64),
    name: "club",
    tier: "peer",
    createdMs: 5,
    expiresMs: 100,
    usesMax: 2,
  } as const;

  rule("invites let as many workers in as they say, each of them any number of times", async (store) => {
    const { invites, workers } = store;
    await invites.create(invite);
    assert.deepEqual(await invites.find(invite.hash), { ...invite, uses: 0, revokedMs: null });
    assert.deepEqual(await invites.get(invite.id), await invites.find(invite.hash));
    assert.equal(await invites.use(invite.id, "w1", 10), true);
    assert.equal(await invites.use(invite.id, "w1", 11), true);
    assert.equal(await invites.use(invite.id, "w2", 12), true);
    assert.equal(await invites.use(invite.id, "w3", 13), false);
    assert.equal(await invites.use(invite.id, "w2", 14), true);
    assert.equal((await invites.list())[0]?.uses, 2);
    assert.equal((await workers.load("w1"))?.invite, invite.id);
    assert.equal(await workers.load("w3"), undefined);
    await workers.arrive({ id: "w1", publicKey: "key", software: "worker/1", nowMs: 20 });
    assert.equal((await workers.load("w1"))?.invite, invite.id, "arriving does not lose it");
  });

  rule("invites let nobody in when they are unknown, expired or revoked", async ({ invites }) => {
    await invites.create(invite);
    await invites.create({ ...invite, id: "ff", hash: "f".repeat(64), expiresMs: null, usesMax: null });
    assert.equal(await invites.use("none", "w1", 10), false);
    assert.equal(await invites.use(invite.id, "w1", 99), true);
    assert.equal(await invites.use(invite.id, "w1", 100), false);
    assert.equal(await invites.use("ff", "w1", 1e12), true);
    assert.equal(await invites.revoke("ff", 200), true);
    assert.equal(await invites.revoke("ff", 201), false);
    assert.equal(await invites.revoke("none", 201), false);
    assert.equal(await invites.use("ff", "w1", 202), false);
    assert.equal((await invites.get("ff"))?.revokedMs, 200);
    assert.equal(await invites.find("0".repeat(64)), undefined);
    await assert.rejects(invites.create(invite), failed);
  });
}

function workerRules(rule: Rule<Books>): void {
  const arrival = { id: "w1", publicKey: "key", software: "worker/1", nowMs: 10 };
  const trust: KernelTrust = { stage: "renewed", progress: 3, right: 70, wrong: 1 };

  rule("workers are remembered with their trust, whoever says it first", async ({ workers }) => {
    const nothing = { quarantinedUntilMs: 0, offences: 0, kernels: new Map() };
    assert.deepEqual(await workers.arrive(arrival), nothing);
    await workers.save([
      {
        worker: "w1",
        standing: { quarantinedUntilMs: 99, offences: 2 },
        trust: new Map([["a@b@1.0.0", trust]]),
      },
      { worker: "w2", standing: null, trust: new Map([["k@1.0.0", trust]]) },
    ]);
    const record = { quarantinedUntilMs: 99, offences: 2, kernels: new Map([["a@b@1.0.0", trust]]) };
    assert.deepEqual(await workers.arrive({ ...arrival, software: "worker/2", nowMs: 20 }), record);
    assert.deepEqual(await workers.load("w1"), {
      id: "w1",
      publicKey: "key",
      software: "worker/2",
      firstSeenMs: 10,
      lastSeenMs: 20,
      invite: null,
      record,
    });
    assert.deepEqual((await workers.arrive({ ...arrival, id: "w2" })).kernels, new Map([["k@1.0.0", trust]]));
    assert.equal(await workers.load("w3"), undefined);
    assert.deepEqual((await workers.list(5)).map(({ id }) => id), ["w1", "w2"]);
    assert.deepEqual((await workers.list(1)).map(({ id }) => id), ["w1"]);
  });

  rule("workers keep what a change does not name", async ({ workers }) => {
    await workers.arrive(arrival);
    const other: KernelTrust = { stage: "trusted", progress: 0, right: 2 ** 40, wrong: 0 };
    await workers.save([{
      worker: "w1",
      standing: { quarantinedUntilMs: 5, offences: 1 },
      trust: new Map([["k@1.0.0", trust], ["k@2.0.0", trust]]),
    }]);
    await workers.save([{ worker: "w1", standing: null, trust: new Map([["k@2.0.0", other]]) }]);
    assert.deepEqual((await workers.load("w1"))?.record, {
      quarantinedUntilMs: 5,
      offences: 1,
      kernels: new Map([["k@1.0.0", trust], ["k@2.0.0", other]]),
    });
  });

  rule("workers take more changes than one statement has room for", async ({ workers }) => {
    const changes = Array.from({ length: 1_000 }, (_, n): WorkerChange => ({
      worker: `w${n}`,
      standing: n % 2 === 0 ? { quarantinedUntilMs: n, offences: 1 } : null,
      trust: new Map([["a@1.0.0", trust], ["b@1.0.0", { ...trust, right: n }]]),
    }));
    await workers.save(changes);
    await workers.save(changes);
    assert.equal((await workers.list(2_000)).length, 1_000);
    assert.equal((await workers.load("w998"))?.record.quarantinedUntilMs, 998);
    assert.equal((await workers.load("w999"))?.record.kernels.get("b@1.0.0")?.right, 999);
  });
}

function kernelRules(rule: Rule<Store>): void {
  const kernel = {
    digest: "d1",
    id: "paths",
    version: "1.0.0",
    release: 3,
    manifest: "{}",
    signature: "s1",
    price: 100,
  };

  rule("kernels keep the operator's price when they are saved again", async ({ kernels }) => {
    assert.deepEqual(await kernels.save(kernel), kernel);
    assert.equal(await kernels.setPrice("d1", 250), true);
    assert.equal(await kernels.setPrice("d2", 250), false);
    assert.deepEqual(await kernels.save({ ...kernel, signature: "s2" }), {
      ...kernel,
      signature: "s2",
      price: 250,
    });
    assert.deepEqual(await kernels.list(), [{ ...kernel, signature: "s2", price: 250 }]);
  });

  rule("kernels remember the highest release of each", async ({ kernels }) => {
    assert.equal(await kernels.releaseFloor("paths"), 0);
    await kernels.save(kernel);
    await kernels.save({ ...kernel, digest: "d2", release: 2 });
    await kernels.save({ ...kernel, digest: "d3", id: "spheres", release: 9 });
    assert.equal(await kernels.releaseFloor("paths"), 3);
  });
}

function booking(key: string, ...amounts: [account: string, microCredits: number][]): LedgerTransaction {
  return {
    idempotencyKey: key,
    coordinator: "run",
    reason: "charge",
    fuel: new Map([["k@1.0.0", 7]]),
    createdMs: 5,
    entries: amounts.map(([account, microCredits]) => ({
      account,
      kind: account === "operator" ? "operator" : "project",
      owner: account.split(":")[1] ?? "",
      microCredits,
    })),
  };
}

function ledgerRules(rule: Rule<Books>): void {
  rule("the ledger books a transaction once per key and keeps its history", async ({ ledger }) => {
    assert.equal(await ledger.post(booking("one", ["project:a", -5], ["operator", 5])), true);
    assert.equal(await ledger.post(booking("one", ["project:a", -9], ["operator", 9])), false);
    assert.equal(await ledger.post(booking("two", ["project:a", -1], ["project:b", 1])), true);
    assert.equal(await ledger.post(booking("three", ["project:b", -1], ["project:a", 1])), true);
    const balances = await ledger.balances(["project:a", "project:b", "project:c", "operator"]);
    assert.deepEqual(
      balances,
      new Map([["project:a", -5], ["project:b", 0], ["project:c", 0], ["operator", 5]]),
    );
    assert.deepEqual(await ledger.balancesOf("project"), new Map([["a", -5]]));
    const lines = await ledger.statement("project:a", 2);
    assert.deepEqual(lines, [
      { createdMs: 5, reason: "charge", microCredits: 1, idempotencyKey: "three" },
      { createdMs: 5, reason: "charge", microCredits: -1, idempotencyKey: "two" },
    ]);
  });

  rule(
    "the ledger refuses entries that do not sum to zero, and books no part of them",
    async ({ ledger }) => {
      await assert.rejects(ledger.post(booking("one", ["project:a", -5], ["operator", 4])), failed);
      assert.deepEqual(await ledger.balances(["project:a"]), new Map([["project:a", 0]]));
      assert.equal(await ledger.post(booking("one", ["project:a", -5], ["operator", 5])), true);
    },
  );

  rule(
    "the ledger's balances are the sums of its entries, whatever is posted how often",
    async ({ ledger }) => {
      const account = fc.constantFrom("project:a", "project:b", "project:c", "operator");
      const posting = fc.record({
        key: fc.nat({ max: 30 }),
        from: account,
        to: account,
        microCredits: fc.integer({ min: 1, max: 2 ** 40 }),
      });
      const expected = new Map([["project:a", 0], ["project:b", 0], ["project:c", 0], ["operator", 0]]);
      const known = new Set<string>();
      let round = 0;
      const property = fc.asyncProperty(fc.array(posting), async (postings) => {
        round += 1;
        for (const { key, from, to, microCredits } of postings) {
          if (from === to) continue;
          const name = `${round}:${key}`;
          const isNew = await ledger.post(booking(name, [from, -microCredits], [to, microCredits]));
          assert.equal(isNew, !known.has(name));
          known.add(name);
          if (!isNew) continue;
          expected.set(from, (expected.get(from) ?? 0) - microCredits);
          expected.set(to, (expected.get(to) ?? 0) + microCredits);
        }
        assert.deepEqual(await ledger.balances([...expected.keys()]), expected);
      });
      await fc.assert(property, { numRuns: 20 });
    },
  );
}

function flushOf(seq: number, more: Partial<Flush> = {}): Flush {
  return {
    instance: "run",
    seq,
    period: Math.floor(seq / 2),
    createdMs: 100 + seq,
    count: seq,
    audit: new Uint8Array([1, seq]),
    postings: new Uint8Array([2, seq]),
    workers: [],
    ...more,
  };
}

function flushRules(rule: Rule<Books>): void {
  rule("a flush is written once, with the workers' changes in it", async ({ flushes, workers }) => {
    await flushes.begin("run", 1);
    const change = (offences: number): WorkerChange => ({
      worker: "w1",
      standing: { quarantinedUntilMs: 0, offences },
      trust: new Map(),
    });
    assert.equal(await flushes.commit(flushOf(0, { workers: [change(1)] })), true);
    assert.equal(await flushes.commit(flushOf(0, { workers: [change(2)] })), false);
    assert.equal((await workers.load("w1"))?.record.offences, 1);
  });

  rule("a flush that fails leaves nothing behind", async ({ flushes, audit, workers }) => {
    await flushes.begin("run", 1);
    const bad = { stage: "trusted", progress: 0, right: NaN, wrong: 0 } as const;
    const change = (trust: KernelTrust): WorkerChange => ({
      worker: "w1",
      standing: { quarantinedUntilMs: 0, offences: 1 },
      trust: new Map([["k@1.0.0", trust]]),
    });
    await assert.rejects(flushes.commit(flushOf(0, { workers: [change(bad)] })), failed);
    assert.deepEqual(await audit.batches(0, 9), []);
    assert.equal(await workers.load("w1"), undefined);
    assert.equal(await flushes.commit(flushOf(0, { workers: [change({ ...bad, right: 1 })] })), true);
  });

  rule(
    "flushes of an instance that never began, and instances that begin twice, are refused",
    async ({ flushes }) => {
      await assert.rejects(flushes.commit(flushOf(0)), failed);
      await flushes.begin("run", 1);
      await assert.rejects(flushes.begin("run", 2), failed);
    },
  );

  rule("abandoned instances are those that did not end, with what they did not book", async ({ flushes }) => {
    for (const instance of ["run", "over", "mine"]) await flushes.begin(instance, 1);
    await flushes.end("over", 2);
    for (let seq = 0; seq < 4; seq += 1) await flushes.commit(flushOf(seq));
    await flushes.booked("run", 1);
    await flushes.booked("run", 0);
    const rest = [2, 3].map((seq) => ({
      seq,
      period: 1,
      createdMs: 100 + seq,
      postings: new Uint8Array([2, seq]),
    }));
    assert.deepEqual(await flushes.abandoned("mine"), [{ instance: "run", flushes: rest }]);
    assert.deepEqual((await flushes.abandoned("run")).map(({ instance }) => instance), ["mine"]);
  });
}

function auditRules(rule: Rule<Books>): void {
  rule(
    "the audit is read in order of time and kept until it is old and booked",
    async ({ flushes, audit }) => {
      await flushes.begin("run", 1);
      for (let seq = 0; seq < 6; seq += 1) await flushes.commit(flushOf(seq));
      const from = await audit.batches(103, 2);
      assert.deepEqual(
        from,
        [3, 4].map((seq) => {
          const { instance, createdMs, count, audit } = flushOf(seq);
          return { instance, seq, createdMs, count, audit };
        }),
      );
      assert.equal(await audit.prune(103, 10), 0);
      await flushes.booked("run", 1);
      assert.equal(await audit.prune(200, 1), 1);
      assert.equal(await audit.prune(200, 10), 1);
      await flushes.booked("run", 5);
      assert.equal(await audit.prune(103, 10), 1);
      assert.deepEqual((await audit.batches(0, 10)).map(({ seq }) => seq), [3, 4, 5]);
    },
  );
}

function assetRules(rule: Rule<Registry>): void {
  const asset = { project: "p1", digest: "a".repeat(64), bytes: 1_000, createdMs: 3 };

  rule("assets belong to the projects that added them", async ({ assets, projects }) => {
    await projects.create(project);
    await projects.create({ ...project, id: "p2" });
    assert.equal(await assets.add(asset), true);
    assert.equal(await assets.add({ ...asset, createdMs: 9 }), false);
    assert.equal(await assets.add({ ...asset, project: "p2" }), true);
    assert.deepEqual(await assets.list("p1"), [asset]);
    assert.equal(await assets.remove("p1", asset.digest), true);
    assert.equal(await assets.remove("p1", asset.digest), false);
    assert.deepEqual(await assets.list("p1"), []);
    assert.equal((await assets.list("p2")).length, 1);
    await assert.rejects(assets.add({ ...asset, project: "none" }), failed);
  });

  rule(
    "assets of one project stay within its quota, tiny ones counted for more than they are",
    async (store) => {
      const { assets, projects } = store;
      await projects.create(project);
      await projects.create({ ...project, id: "p2" });
      const big = limits.projectAssetBytesMax - 2 * 4096 - 1;
      await assets.add({ ...asset, bytes: big });
      const tooLarge = { name: "P2c2rError", code: "asset.too_large" };
      await assert.rejects(assets.add({ ...asset, digest: "b".repeat(64), bytes: 2 }), tooLarge);
      assert.equal((await assets.list("p1")).length, 1);
      assert.equal(await assets.add({ ...asset, digest: "b".repeat(64), bytes: 1 }), true);
      assert.equal(await assets.add({ ...asset, project: "p2", bytes: big }), true);
      await assets.remove("p1", asset.digest);
      assert.equal(await assets.add({ ...asset, digest: "c".repeat(64), bytes: 4_000_000 }), true);
    },
  );
}
