// How the tables came to be, oldest first: forward only, never edited once released. The SQL is what SQLite and
// Postgres both speak: `bigint` for milliseconds, micro-credits and fuel (all below 2^53), `bytea` for bytes,
// `text` for ids. `coordinator`, `instance` and `fence` are there for several coordinators on one Postgres.
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Every migration, by name; the names sort in the order of running. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_foundation": { up: foundation },
  "0002_joining": { up: joining },
};

async function foundation(db: Kysely<unknown>): Promise<void> {
  await makeMeta(db);
  await makeProjects(db);
  await makeWorkers(db);
  await makeLedger(db);
  await makeFlushes(db);
  await makeJobs(db);
}

/** Invites, and what a project weighs. */
async function joining(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("invites")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("hash", "text", (column) => column.notNull().unique())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("tier", "text", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("expires_ms", "bigint")
    .addColumn("uses_max", "bigint")
    .addColumn("uses", "bigint", (column) => column.notNull().defaultTo(0))
    .addColumn("revoked_ms", "bigint")
    .execute();
  await db.schema.alterTable("workers").addColumn("invite", "text").execute();
  await db.schema.alterTable("projects")
    .addColumn("weight", "integer", (column) => column.notNull().defaultTo(100)).execute();
}

async function makeMeta(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("meta")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("value", "text", (column) => column.notNull())
    .execute();
}

async function makeProjects(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("projects")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createTable("api_keys")
    .addColumn("hash", "text", (column) => column.primaryKey())
    .addColumn("prefix", "text", (column) => column.notNull().unique())
    .addColumn("project_id", "text", (column) => column.notNull().references("projects.id"))
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("revoked_ms", "bigint")
    .execute();
  await db.schema.createIndex("api_keys_project").on("api_keys").column("project_id").execute();
  await db.schema.createTable("assets")
    .addColumn("project_id", "text", (column) => column.notNull().references("projects.id"))
    .addColumn("digest", "text", (column) => column.notNull())
    .addColumn("bytes", "bigint", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("assets_key", ["project_id", "digest"])
    .execute();
}

async function makeWorkers(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("kernels")
    .addColumn("digest", "text", (column) => column.primaryKey())
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("version", "text", (column) => column.notNull())
    .addColumn("release", "bigint", (column) => column.notNull())
    .addColumn("manifest", "text", (column) => column.notNull())
    .addColumn("signature", "text", (column) => column.notNull())
    .addColumn("price", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("kernels_release").on("kernels").columns(["id", "release"]).execute();
  await db.schema.createTable("workers")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("public_key", "text")
    .addColumn("software", "text", (column) => column.notNull())
    .addColumn("first_seen_ms", "bigint", (column) => column.notNull())
    .addColumn("last_seen_ms", "bigint", (column) => column.notNull())
    .addColumn("quarantined_until_ms", "bigint", (column) => column.notNull())
    .addColumn("offences", "integer", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("workers_seen").on("workers").column("last_seen_ms").execute();
  await db.schema.createTable("trust")
    .addColumn("worker_id", "text", (column) => column.notNull().references("workers.id"))
    .addColumn("kernel_id", "text", (column) => column.notNull())
    .addColumn("version", "text", (column) => column.notNull())
    .addColumn("stage", "text", (column) => column.notNull())
    .addColumn("progress", "integer", (column) => column.notNull())
    .addColumn("right_total", "bigint", (column) => column.notNull())
    .addColumn("wrong_total", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("trust_key", ["worker_id", "kernel_id", "version"])
    .execute();
}

async function makeLedger(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("accounts")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("balance", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createTable("ledger_transactions")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("idempotency_key", "text", (column) => column.notNull().unique())
    .addColumn("coordinator", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("fuel", "text", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createTable("ledger_entries")
    .addColumn("transaction_id", "text", (column) => column.notNull().references("ledger_transactions.id"))
    .addColumn("account_id", "text", (column) => column.notNull().references("accounts.id"))
    .addColumn("micro_credits", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("ledger_entries_key", ["account_id", "transaction_id"])
    .execute();
}

async function makeFlushes(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("instances")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("started_ms", "bigint", (column) => column.notNull())
    .addColumn("booked_seq", "bigint", (column) => column.notNull())
    .addColumn("ended_ms", "bigint")
    .execute();
  await db.schema.createTable("flushes")
    .addColumn("instance", "text", (column) => column.notNull().references("instances.id"))
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("period", "bigint", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("count", "integer", (column) => column.notNull())
    .addColumn("audit", "bytea", (column) => column.notNull())
    .addColumn("postings", "bytea", (column) => column.notNull())
    .addPrimaryKeyConstraint("flushes_key", ["instance", "seq"])
    .execute();
  await db.schema.createIndex("flushes_created").on("flushes").column("created_ms").execute();
}

async function makeJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("jobs")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("project_id", "text", (column) => column.notNull().references("projects.id"))
    .addColumn("kernel_digest", "text", (column) => column.notNull())
    .addColumn("input", "bytea", (column) => column.notNull())
    .addColumn("assets", "text", (column) => column.notNull())
    .addColumn("idempotency_key", "text")
    .addColumn("priority", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("fence", "bigint", (column) => column.notNull().defaultTo(0))
    .addColumn("coordinator", "text")
    .addColumn("lease_until_ms", "bigint")
    .addColumn("run_after_ms", "bigint", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("ended_ms", "bigint")
    .addColumn("output", "bytea")
    .addColumn("error_code", "text")
    .addColumn("error_message", "text")
    .addUniqueConstraint("jobs_idempotency", ["project_id", "idempotency_key"])
    .execute();
  await db.schema.createIndex("jobs_due").on("jobs").columns(["run_after_ms", "lease_until_ms"])
    .where(sql.ref("ended_ms"), "is", null).execute();
  await db.schema.createTable("job_attempts")
    .addColumn("job_id", "text", (column) => column.notNull().references("jobs.id"))
    .addColumn("fence", "bigint", (column) => column.notNull())
    .addColumn("coordinator", "text", (column) => column.notNull())
    .addColumn("worker_id", "text")
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("started_ms", "bigint", (column) => column.notNull())
    .addColumn("lease_until_ms", "bigint", (column) => column.notNull())
    .addColumn("ended_ms", "bigint")
    .addColumn("fuel", "bigint")
    .addColumn("error_code", "text")
    .addPrimaryKeyConstraint("job_attempts_key", ["job_id", "fence"])
    .execute();
}
