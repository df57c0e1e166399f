// Opens the store: one SQLite file (or memory), brought up to this program's tables.
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { P2c2rError } from "../../protocol/mod.ts";
import { assetIndex } from "./asset_index.ts";
import { storeFailure, storing } from "./failure.ts";
import { auditStore, flushStore } from "./flushes.ts";
import { inviteStore } from "./invites.ts";
import { kernelStore } from "./kernels.ts";
import { ledgerStore } from "./ledger.ts";
import { migrations } from "./migrations.ts";
import type { Store } from "./ports.ts";
import { projectStore } from "./projects.ts";
import type { Tables } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";
import { workerStore } from "./workers.ts";

/** Where the store is. */
export interface StoreOptions {
  /** A file, made when missing, in a folder that exists; or `:memory:`. */
  readonly path: string;
}

/**
 * Opens the store and migrates it forward. One process at a time: a second one is refused.
 * @throws `store.failed` when the file is busy, damaged, read-only, not a store, or newer than this program.
 */
export async function openStore({ path }: StoreOptions): Promise<Store> {
  const db = await storing(`open store ${path}`, () => openSqlite(path));
  try {
    await refuseForeign(db, path);
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw storeFailure(`open store ${path}`, error);
  }
  return {
    projects: projectStore(db),
    workers: workerStore(db),
    invites: inviteStore(db),
    kernels: kernelStore(db),
    ledger: ledgerStore(db),
    flushes: flushStore(db),
    audit: auditStore(db),
    assets: assetIndex(db),
    ping: () =>
      storing("reach store", async () => {
        await db.selectFrom("meta").select("key").limit(1).execute();
      }),
    close: () => storing("close store", () => db.destroy()),
  };
}

const migrationTable = "store_migrations";

/** A database that this program did not make, or a newer version of it did, is left alone. */
async function refuseForeign(db: Kysely<Tables>, path: string): Promise<void> {
  const tables = (await db.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) =>
    name
  );
  if (tables.length === 0) return;
  if (!tables.includes(migrationTable)) {
    throw new P2c2rError("store.failed", `Cannot open store ${path}: it is another program's database`, {
      hint: "Name another data folder.",
    });
  }
  const rows = await db.selectFrom(migrationTable).select("name").execute();
  const unknown = rows.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) {
    throw new P2c2rError(
      "store.failed",
      `Cannot open store ${path}: a newer version of this program has written it (${unknown.join(", ")})`,
      { hint: "Run the newer version, or name another data folder." },
    );
  }
}

async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: migrationTable,
    migrationLockTableName: `${migrationTable}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
