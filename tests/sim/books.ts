// A store in memory that forgets nothing, for simulations: what a coordinator has written is here when the next one starts.
// It keeps the bookkeeper's part of the contract that every store keeps (tests/contract/store_contract.ts).
import type { LedgerTransaction } from "../../coordinator/ledger/mod.ts";
import type {
  Abandoned,
  Arrival,
  AuditBatch,
  AuditStore,
  Flush,
  FlushStore,
  LedgerStore,
  StoredWorker,
  WorkerChange,
  WorkerStore,
} from "../../coordinator/store/mod.ts";
import type { KernelTrust, WorkerRecord } from "../../coordinator/verify/mod.ts";
import { doing } from "./doing.ts";
import { MemoryRegistry } from "./registry.ts";

interface Row {
  publicKey: string | null;
  software: string;
  firstSeenMs: number;
  lastSeenMs: number;
  quarantinedUntilMs: number;
  offences: number;
  invite: string | null;
  readonly kernels: Map<string, KernelTrust>;
}

interface Instance {
  readonly startedMs: number;
  bookedSeq: number;
  endedMs: number | null;
  readonly flushes: Map<number, Flush>;
}

/** Workers, ledger, flushes and audit, and the registry beside them. Every operation happens at once, all or nothing. */
export class MemoryBooks {
  readonly #workers = new Map<string, Row>();
  readonly #accounts = new Map<string, { readonly kind: string; readonly owner: string; balance: number }>();
  readonly #posted = new Map<string, LedgerTransaction>();
  readonly #instances = new Map<string, Instance>();

  readonly registry = new MemoryRegistry({
    inviteOf: (worker) => this.#workers.get(worker)?.invite ?? null,
    cameBy: (worker, invite) => this.#row(worker).invite = invite,
  });

  readonly workers: WorkerStore = {
    arrive: (arrival) => doing(() => this.#arrive(arrival)),
    load: (id) => doing(() => this.#load(id)),
    list: (limit) => doing(() => this.#list(limit)),
    save: (changes) => doing(() => this.#save(changes)),
  };

  readonly ledger: LedgerStore = {
    post: (transaction) => doing(() => this.#post(transaction)),
    balances: (accounts) =>
      doing(() => new Map(accounts.map((id) => [id, this.#accounts.get(id)?.balance ?? 0]))),
    balancesOf: (kind) => doing(() => this.#balancesOf(kind)),
    statement: (account, limit) => doing(() => this.#statement(account, limit)),
  };

  readonly flushes: FlushStore = {
    begin: (instance, nowMs) => doing(() => this.#begin(instance, nowMs)),
    commit: (flush) => doing(() => this.#commit(flush)),
    booked: (instance, seq) => doing(() => this.#booked(instance, seq)),
    end: (instance, nowMs) =>
      doing(() => {
        const found = this.#instances.get(instance);
        if (found !== undefined) found.endedMs = nowMs;
      }),
    abandoned: (instance) => doing(() => this.#abandoned(instance)),
  };

  readonly audit: AuditStore = {
    batches: (fromMs, limit) => doing(() => this.#batches(fromMs, limit)),
    prune: (beforeMs, limit) => doing(() => this.#prune(beforeMs, limit)),
  };

  /** The sum of all balances: 0 in sound books. */
  get sum(): number {
    let sum = 0;
    for (const { balance } of this.#accounts.values()) sum += balance;
    return sum;
  }

  /** A balance now. */
  balance(account: string): number {
    return this.#accounts.get(account)?.balance ?? 0;
  }

  /** All balances of one kind, summed. */
  total(kind: string): number {
    let sum = 0;
    for (const account of this.#accounts.values()) if (account.kind === kind) sum += account.balance;
    return sum;
  }

  /** What is remembered of a worker now. */
  recordOf(id: string): WorkerRecord | undefined {
    const row = this.#workers.get(id);
    return row && recordOf(row);
  }

  /** What is remembered of everybody. */
  *records(): Iterable<readonly [string, WorkerRecord]> {
    for (const [id, row] of this.#workers) yield [id, recordOf(row)];
  }

  #row(id: string): Row {
    let row = this.#workers.get(id);
    if (row === undefined) {
      const seen = { publicKey: null, software: "", firstSeenMs: 0, lastSeenMs: 0 };
      row = { ...seen, quarantinedUntilMs: 0, offences: 0, invite: null, kernels: new Map() };
      this.#workers.set(id, row);
    }
    return row;
  }

  #arrive({ id, publicKey, software, nowMs }: Arrival): WorkerRecord {
    const row = this.#row(id);
    if (row.firstSeenMs === 0) row.firstSeenMs = nowMs;
    Object.assign(row, { publicKey, software, lastSeenMs: nowMs });
    return recordOf(row);
  }

  #load(id: string): StoredWorker | undefined {
    const row = this.#workers.get(id);
    if (row === undefined) return undefined;
    const { publicKey, software, firstSeenMs, lastSeenMs, invite } = row;
    return { id, publicKey, software, firstSeenMs, lastSeenMs, invite, record: recordOf(row) };
  }

  #list(limit: number): StoredWorker[] {
    const all = [...this.#workers.keys()].map((id) => this.#load(id)!);
    return all.sort((a, b) => b.lastSeenMs - a.lastSeenMs || (a.id < b.id ? -1 : 1)).slice(0, limit);
  }

  #save(changes: readonly WorkerChange[]): void {
    const numbers = changes.flatMap(({ trust }) =>
      [...trust.values()].flatMap(({ progress, right, wrong }) => [progress, right, wrong])
    );
    if (!numbers.every(Number.isSafeInteger)) throw new Error("trust is counted in whole numbers");
    for (const { worker, standing, trust } of changes) {
      const row = this.#row(worker);
      Object.assign(row, standing);
      for (const [kernel, each] of trust) row.kernels.set(kernel, each);
    }
  }

  #post(transaction: LedgerTransaction): boolean {
    const { idempotencyKey, entries } = transaction;
    if (this.#posted.has(idempotencyKey)) return false;
    const sum = entries.reduce((total, { microCredits }) => total + microCredits, 0);
    if (sum !== 0) throw new Error(`entries of ${idempotencyKey} sum to ${sum}`);
    this.#posted.set(idempotencyKey, transaction);
    for (const { account, kind, owner, microCredits } of entries) {
      const known = this.#accounts.get(account);
      if (known === undefined) this.#accounts.set(account, { kind, owner, balance: microCredits });
      else known.balance += microCredits;
    }
    return true;
  }

  #balancesOf(kind: string): Map<string, number> {
    const found = [...this.#accounts.values()].filter((each) => each.kind === kind && each.balance !== 0);
    return new Map(found.map(({ owner, balance }) => [owner, balance]));
  }

  #statement(account: string, limit: number) {
    const lines = [...this.#posted.values()].flatMap(({ createdMs, reason, idempotencyKey, entries }) =>
      entries.filter((entry) => entry.account === account)
        .map(({ microCredits }) => ({ createdMs, reason, microCredits, idempotencyKey }))
    );
    return lines.reverse().slice(0, limit);
  }

  #begin(instance: string, nowMs: number): void {
    if (this.#instances.has(instance)) throw new Error(`instance ${instance} began before`);
    this.#instances.set(instance, { startedMs: nowMs, bookedSeq: -1, endedMs: null, flushes: new Map() });
  }

  #commit(flush: Flush): boolean {
    const instance = this.#instances.get(flush.instance);
    if (instance === undefined) throw new Error(`instance ${flush.instance} never began`);
    if (instance.flushes.has(flush.seq)) return false;
    this.#save(flush.workers);
    instance.flushes.set(flush.seq, flush);
    return true;
  }

  #booked(instance: string, seq: number): void {
    const found = this.#instances.get(instance);
    if (found !== undefined) found.bookedSeq = Math.max(found.bookedSeq, seq);
  }

  #abandoned(instance: string): Abandoned[] {
    const left = [...this.#instances].filter(([id, each]) => id !== instance && each.endedMs === null);
    left.sort(([a, one], [b, other]) => one.startedMs - other.startedMs || (a < b ? -1 : 1));
    return left.map(([id, { bookedSeq, flushes }]) => ({
      instance: id,
      flushes: [...flushes.values()].filter(({ seq }) => seq > bookedSeq).sort((a, b) => a.seq - b.seq)
        .map(({ seq, period, createdMs, postings }) => ({ seq, period, createdMs, postings })),
    }));
  }

  #batches(fromMs: number, limit: number): AuditBatch[] {
    const found = [...this.#instances.values()].flatMap(({ flushes }) => [...flushes.values()])
      .filter(({ createdMs }) => createdMs >= fromMs);
    found.sort((a, b) => a.createdMs - b.createdMs || a.seq - b.seq);
    return found.slice(0, limit)
      .map(({ instance, seq, createdMs, count, audit }) => ({ instance, seq, createdMs, count, audit }));
  }

  #prune(beforeMs: number, limit: number): number {
    const old = [...this.#instances.values()].flatMap(({ bookedSeq, flushes }) =>
      [...flushes.values()].filter(({ seq, createdMs }) => seq <= bookedSeq && createdMs < beforeMs)
    );
    old.sort((a, b) => a.createdMs - b.createdMs);
    const gone = old.slice(0, limit);
    for (const { instance, seq } of gone) this.#instances.get(instance)?.flushes.delete(seq);
    return gone.length;
  }
}

function recordOf({ quarantinedUntilMs, offences, kernels }: Row): WorkerRecord {
  return { quarantinedUntilMs, offences, kernels: new Map(kernels) };
}
