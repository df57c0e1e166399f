// What the coordinator remembers, as small interfaces. Every implementation passes tests/contract/store_contract.ts;
// every failure is a P2c2rError `store.failed` with its cause. Times are wall-clock milliseconds.
import type { AccountKind, LedgerTransaction } from "../ledger/mod.ts";
import type { KernelTrust, WorkerRecord } from "../verify/mod.ts";

/** A customer: pays for tasks with prepaid credit. */
export interface Project {
  /** UUIDv7. */
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** Right to compute relative to other projects, when there is not enough for all: 1 to 1000, usually 100. */
  readonly weight: number;
}

/** What is kept of an API key: never the key. */
export interface ApiKey {
  /** SHA-256 of the whole key text, lower-case hex. */
  readonly hash: string;
  /** The part of the key that names it. */
  readonly prefix: string;
  readonly project: string;
  readonly createdMs: number;
}
/** A key as stored; null while it is good. */
export type StoredKey = ApiKey & { readonly revokedMs: number | null };

export interface ProjectStore {
  create(project: Project): Promise<void>;
  list(): Promise<readonly Project[]>;
  /** Answers false when there is no such project. */
  setWeight(id: string, weight: number): Promise<boolean>;
  addKey(key: ApiKey): Promise<void>;
  findKey(hash: string): Promise<StoredKey | undefined>;
  keys(project: string): Promise<readonly StoredKey[]>;
  /** Answers false when there is no such key or it was revoked before. */
  revokeKey(prefix: string, nowMs: number): Promise<boolean>;
}

/** A worker as it introduces itself. */
export interface Arrival {
  /** The key's fingerprint. */
  readonly id: string;
  /** base64url. */
  readonly publicKey: string;
  readonly software: string;
  readonly nowMs: number;
}

export interface StoredWorker {
  readonly id: string;
  /** Null when only a change of its record was ever stored. */
  readonly publicKey: string | null;
  readonly software: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** The invite it came by. */
  readonly invite: string | null;
  readonly record: WorkerRecord;
}

/** What changed of one worker's record since the last flush. */
export interface WorkerChange {
  readonly worker: string;
  readonly standing: Pick<WorkerRecord, "quarantinedUntilMs" | "offences"> | null;
  /** By `id@version`; kernels that are not named keep what is stored. */
  readonly trust: ReadonlyMap<string, KernelTrust>;
}

export interface WorkerStore {
  /** Notes that a worker is here, known or new, and answers what is remembered of it. */
  arrive(arrival: Arrival): Promise<WorkerRecord>;
  load(id: string): Promise<StoredWorker | undefined>;
  /** The last seen first. */
  list(limit: number): Promise<readonly StoredWorker[]>;
  save(changes: readonly WorkerChange[]): Promise<void>;
}

export interface StoredKernel {
  /** SHA-256 of the manifest, lower-case hex. */
  readonly digest: string;
  readonly id: string;
  readonly version: string;
  readonly release: number;
  readonly manifest: string;
  readonly signature: string;
  /** Micro-credits per million fuel. */
  readonly price: number;
}

export interface KernelStore {
  /** Stores a kernel and answers what is stored: a digest known before keeps its price. */
  save(kernel: StoredKernel): Promise<StoredKernel>;
  list(): Promise<readonly StoredKernel[]>;
  /** The highest release of a kernel ever stored, 0 when none. */
  releaseFloor(id: string): Promise<number>;
  /** Answers false for an unknown digest. */
  setPrice(digest: string, price: number): Promise<boolean>;
}

/** One line of an account's history. */
export interface StatementLine {
  readonly createdMs: number;
  readonly reason: string;
  /** Positive: received. */
  readonly microCredits: number;
  readonly idempotencyKey: string;
}

export interface LedgerStore {
  /** Books a transaction, all or nothing; answers false and changes nothing when its idempotency key is known. */
  post(transaction: LedgerTransaction): Promise<boolean>;
  /** Balances by account id; 0 for accounts that do not exist. */
  balances(accounts: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Balances other than 0 by owner. */
  balancesOf(kind: AccountKind): Promise<ReadonlyMap<string, number>>;
  /** The newest first. */
  statement(account: string, limit: number): Promise<readonly StatementLine[]>;
}

/** What one flush writes, all or nothing. */
export interface Flush {
  /** The start of the process that wrote it. */
  readonly instance: string;
  /** Grows with every flush of an instance. */
  readonly seq: number;
  /** Flushes of one period are booked together. */
  readonly period: number;
  readonly createdMs: number;
  /** Audit records in `audit`. */
  readonly count: number;
  /** Packed audit records. */
  readonly audit: Uint8Array;
  /** Packed postings. */
  readonly postings: Uint8Array;
  readonly workers: readonly WorkerChange[];
}

/** An instance whose process ended before all its flushes were booked. */
export interface Abandoned {
  readonly instance: string;
  /** By `seq`, those not booked yet. */
  readonly flushes: readonly Pick<Flush, "seq" | "period" | "createdMs" | "postings">[];
}

export interface FlushStore {
  /** Notes that an instance starts. */
  begin(instance: string, nowMs: number): Promise<void>;
  /** Writes a flush; answers false and changes nothing when that (instance, seq) is written already. */
  commit(flush: Flush): Promise<boolean>;
  /** Notes that flushes up to `seq` are booked in the ledger. */
  booked(instance: string, seq: number): Promise<void>;
  /** Notes that an instance is over, with everything booked. */
  end(instance: string, nowMs: number): Promise<void>;
  /** The instances that began and did not end, but for `instance`, the caller's own. */
  abandoned(instance: string): Promise<readonly Abandoned[]>;
}

/** The audit of one flush. */
export type AuditBatch = Pick<Flush, "instance" | "seq" | "createdMs" | "count" | "audit">;

export interface AuditStore {
  /** The oldest first, from `fromMs` on. */
  batches(fromMs: number, limit: number): Promise<readonly AuditBatch[]>;
  /** Deletes booked flushes older than `beforeMs`, at most `limit` of them; answers how many. */
  prune(beforeMs: number, limit: number): Promise<number>;
}

/** A project's uploaded asset. */
export interface StoredAsset {
  readonly project: string;
  /** SHA-256, lower-case hex. */
  readonly digest: string;
  readonly bytes: number;
  readonly createdMs: number;
}

export interface AssetIndex {
  /**
   * Adds an asset; answers false when the project has it already.
   * @throws `asset.too_large` when the project's assets would exceed `limits.projectAssetBytesMax`.
   */
  add(asset: StoredAsset): Promise<boolean>;
  /** Answers false when the project has no such asset. */
  remove(project: string, digest: string): Promise<boolean>;
  list(project: string): Promise<readonly StoredAsset[]>;
}

/** A token that lets workers in; what is kept of it is never the token. */
export interface Invite {
  /** 8 bytes, lower-case hex. */
  readonly id: string;
  /** SHA-256 of the whole token, lower-case hex. */
  readonly hash: string;
  readonly name: string;
  readonly tier: "peer" | "cloud";
  readonly createdMs: number;
  /** Null: it does not expire. */
  readonly expiresMs: number | null;
  /** Workers that may come by it; null: any number. */
  readonly usesMax: number | null;
}
/** An invite as stored: how many came by it, and since when it is revoked. */
export type StoredInvite = Invite & { readonly uses: number; readonly revokedMs: number | null };

export interface InviteStore {
  create(invite: Invite): Promise<void>;
  /** The newest first. */
  list(): Promise<readonly StoredInvite[]>;
  find(hash: string): Promise<StoredInvite | undefined>;
  get(id: string): Promise<StoredInvite | undefined>;
  /**
   * Notes that a worker comes by an invite. Answers false, and changes nothing, when the invite is unknown, revoked,
   * expired or used up; a worker that came by it before uses it no second time.
   */
  use(id: string, worker: string, nowMs: number): Promise<boolean>;
  /** Answers false when there is no such invite or it was revoked before. */
  revoke(id: string, nowMs: number): Promise<boolean>;
}

/** Everything that is remembered, and the one connection behind it. */
export interface Store {
  readonly projects: ProjectStore;
  readonly workers: WorkerStore;
  readonly invites: InviteStore;
  readonly kernels: KernelStore;
  readonly ledger: LedgerStore;
  readonly flushes: FlushStore;
  readonly audit: AuditStore;
  readonly assets: AssetIndex;
  /** Proves that the store answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Immutable bytes by their SHA-256 (lower-case hex). Nobody may write into bytes that went in or came out. */
export interface BlobStore {
  /** @throws `request.invalid` when the bytes are not the digest's. */
  put(digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  get(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The bytes at once, where they are warm in memory. */
  peek(digest: string): Uint8Array<ArrayBuffer> | undefined;
  has(digest: string): Promise<boolean>;
  delete(digest: string): Promise<void>;
}
