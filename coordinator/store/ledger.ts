// The books: transactions of entries that sum to zero, and the balances they add up to.
import type { Kysely } from "kysely";
import { uuidv7 } from "uuidv7";
import type { LedgerTransaction } from "../ledger/mod.ts";
import { inChunks } from "./chunks.ts";
import { storing } from "./failure.ts";
import type { LedgerStore } from "./ports.ts";
import type { Tables } from "./schema.ts";

export function ledgerStore(db: Kysely<Tables>): LedgerStore {
  return {
    post: (transaction) =>
      storing("post to ledger", () =>
        db.transaction().execute(async (books) => {
          const id = uuidv7();
          if (!await insertTransaction(books, id, transaction)) return false;
          await insertEntries(books, id, transaction);
          return true;
        })),

    balances: (accounts) =>
      storing("read balances", async () => {
        const balances = new Map<string, number>(accounts.map((account) => [account, 0]));
        await inChunks(accounts, async (some) => {
          const rows = await db.selectFrom("accounts").select(["id", "balance"]).where("id", "in", some)
            .execute();
          for (const { id, balance } of rows) balances.set(id, balance);
        });
        return balances;
      }),

    balancesOf: (kind) =>
      storing("read balances", async () => {
        const rows = await db.selectFrom("accounts").select(["owner", "balance"]).where("kind", "=", kind)
          .where("balance", "<>", 0).orderBy("id").execute();
        return new Map(rows.map(({ owner, balance }) => [owner, balance]));
      }),

    statement: (account, limit) =>
      storing("read statement", async () => {
        const rows = await db.selectFrom("ledger_entries as entry")
          .innerJoin("ledger_transactions as booked", "booked.id", "entry.transaction_id")
          .select(["booked.created_ms", "booked.reason", "booked.idempotency_key", "entry.micro_credits"])
          .where("entry.account_id", "=", account).orderBy("entry.transaction_id", "desc").limit(limit)
          .execute();
        return rows.map((row) => ({
          createdMs: row.created_ms,
          reason: row.reason,
          microCredits: row.micro_credits,
          idempotencyKey: row.idempotency_key,
        }));
      }),
  };
}

/** Answers false when the idempotency key is taken. */
async function insertTransaction(
  books: Kysely<Tables>,
  id: string,
  { idempotencyKey, coordinator, reason, fuel, createdMs }: LedgerTransaction,
): Promise<boolean> {
  const result = await books.insertInto("ledger_transactions").values({
    id,
    idempotency_key: idempotencyKey,
    coordinator,
    reason,
    fuel: JSON.stringify(Object.fromEntries(fuel)),
    created_ms: createdMs,
  }).onConflict((conflict) => conflict.column("idempotency_key").doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Accounts come first: entries refer to them. */
async function insertEntries(
  books: Kysely<Tables>,
  id: string,
  { idempotencyKey, entries }: LedgerTransaction,
): Promise<void> {
  const sum = entries.reduce((total, { microCredits }) => total + microCredits, 0);
  if (sum !== 0) throw new Error(`entries of ${idempotencyKey} sum to ${sum}`);
  const accounts = entries.map(({ account, kind, owner, microCredits }) => ({
    id: account,
    kind,
    owner,
    balance: microCredits,
  }));
  await inChunks(accounts, async (rows) => {
    await books.insertInto("accounts").values(rows)
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet((row) => ({
          balance: row("accounts.balance", "+", row.ref("excluded.balance")),
        }))
      ).execute();
  });
  const rows = entries.map(({ account, microCredits }) => ({
    transaction_id: id,
    account_id: account,
    micro_credits: microCredits,
  }));
  await inChunks(rows, async (some) => {
    await books.insertInto("ledger_entries").values(some).execute();
  });
}
