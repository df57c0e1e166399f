// Invites by the hash of their token, and who came by them.
import type { Kysely } from "kysely";
import { storing } from "./failure.ts";
import type { InviteStore, StoredInvite } from "./ports.ts";
import type { Tables } from "./schema.ts";
import { unseen } from "./workers.ts";

export function inviteStore(db: Kysely<Tables>): InviteStore {
  return {
    create: ({ id, hash, name, tier, createdMs, expiresMs, usesMax }) =>
      storing("create invite", async () => {
        const times = { created_ms: createdMs, expires_ms: expiresMs, revoked_ms: null };
        await db.insertInto("invites").values({ id, hash, name, tier, ...times, uses_max: usesMax, uses: 0 })
          .execute();
      }),

    list: () =>
      storing("list invites", async () => {
        const rows = await db.selectFrom("invites").selectAll().orderBy("created_ms", "desc").orderBy("id")
          .execute();
        return rows.map(inviteOf);
      }),

    find: (hash) => storing("find invite", () => inviteBy(db, "hash", hash)),

    get: (id) => storing("read invite", () => inviteBy(db, "id", id)),

    use: (id, worker, nowMs) =>
      storing("use invite", () =>
        db.transaction().execute(async (transaction) => {
          const known = await transaction.selectFrom("workers").select("invite").where("id", "=", worker)
            .executeTakeFirst();
          const again = known?.invite === id;
          const result = await transaction.updateTable("invites")
            .set((row) => ({ uses: row("uses", "+", again ? 0 : 1) }))
            .where("id", "=", id).where("revoked_ms", "is", null)
            .where((row) => row.or([row("expires_ms", "is", null), row("expires_ms", ">", nowMs)]))
            .where((row) =>
              again
                ? row.lit(true)
                : row.or([row("uses_max", "is", null), row("uses_max", ">", row.ref("uses"))])
            )
            .executeTakeFirst();
          if (result.numUpdatedRows === 0n) return false;
          await transaction.insertInto("workers").values({ ...unseen, id: worker, invite: id })
            .onConflict((conflict) => conflict.column("id").doUpdateSet({ invite: id })).execute();
          return true;
        })),

    revoke: (id, nowMs) =>
      storing("revoke invite", async () => {
        const result = await db.updateTable("invites").set({ revoked_ms: nowMs })
          .where("id", "=", id).where("revoked_ms", "is", null).executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),
  };
}

async function inviteBy(
  db: Kysely<Tables>,
  column: "hash" | "id",
  value: string,
): Promise<StoredInvite | undefined> {
  const row = await db.selectFrom("invites").selectAll().where(column, "=", value).executeTakeFirst();
  return row === undefined ? undefined : inviteOf(row);
}

function inviteOf(row: Tables["invites"]): StoredInvite {
  const { id, hash, name, tier, uses } = row;
  return {
    id,
    hash,
    name,
    tier,
    uses,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    usesMax: row.uses_max,
    revokedMs: row.revoked_ms,
  };
}
