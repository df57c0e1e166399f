// The tables as kysely sees them. How they are made, and why, is in migrations.ts.

interface ProjectRow {
  id: string;
  name: string;
  created_ms: number;
  weight: number;
}
interface ApiKeyRow {
  hash: string;
  prefix: string;
  project_id: string;
  created_ms: number;
  revoked_ms: number | null;
}
interface WorkerRow {
  id: string;
  public_key: string | null;
  software: string;
  first_seen_ms: number;
  last_seen_ms: number;
  quarantined_until_ms: number;
  offences: number;
  invite: string | null;
}
interface InviteRow {
  id: string;
  hash: string;
  name: string;
  tier: "peer" | "cloud";
  created_ms: number;
  expires_ms: number | null;
  uses_max: number | null;
  uses: number;
  revoked_ms: number | null;
}
interface TrustRow {
  worker_id: string;
  kernel_id: string;
  version: string;
  stage: "probation" | "renewed" | "trusted";
  progress: number;
  right_total: number;
  wrong_total: number;
}
interface KernelRow {
  digest: string;
  id: string;
  version: string;
  release: number;
  manifest: string;
  signature: string;
  price: number;
}
interface AccountRow {
  id: string;
  kind: string;
  owner: string;
  balance: number;
}
interface LedgerTransactionRow {
  id: string;
  idempotency_key: string;
  coordinator: string;
  reason: string;
  fuel: string;
  created_ms: number;
}
interface LedgerEntryRow {
  transaction_id: string;
  account_id: string;
  micro_credits: number;
}
interface InstanceRow {
  id: string;
  started_ms: number;
  booked_seq: number;
  ended_ms: number | null;
}
interface FlushRow {
  instance: string;
  seq: number;
  period: number;
  created_ms: number;
  count: number;
  audit: Uint8Array;
  postings: Uint8Array;
}
interface AssetRow {
  project_id: string;
  digest: string;
  bytes: number;
  created_ms: number;
}
interface JobRow {
  id: string;
  project_id: string;
  kernel_digest: string;
  input: Uint8Array;
  assets: string;
  idempotency_key: string | null;
  priority: number;
  state: string;
  attempts: number;
  fence: number;
  coordinator: string | null;
  lease_until_ms: number | null;
  run_after_ms: number;
  created_ms: number;
  ended_ms: number | null;
  output: Uint8Array | null;
  error_code: string | null;
  error_message: string | null;
}
interface JobAttemptRow {
  job_id: string;
  fence: number;
  coordinator: string;
  worker_id: string | null;
  state: string;
  started_ms: number;
  lease_until_ms: number;
  ended_ms: number | null;
  fuel: number | null;
  error_code: string | null;
}
interface MetaRow {
  key: string;
  value: string;
}

interface MigrationRow {
  name: string;
  timestamp: string;
}

/** All tables. */
export interface Tables {
  projects: ProjectRow;
  api_keys: ApiKeyRow;
  invites: InviteRow;
  workers: WorkerRow;
  trust: TrustRow;
  kernels: KernelRow;
  accounts: AccountRow;
  ledger_transactions: LedgerTransactionRow;
  ledger_entries: LedgerEntryRow;
  instances: InstanceRow;
  flushes: FlushRow;
  assets: AssetRow;
  jobs: JobRow;
  job_attempts: JobAttemptRow;
  meta: MetaRow;
  store_migrations: MigrationRow;
}
