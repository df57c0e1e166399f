// Flushes as they were written, and who has booked them: the journal between the coordinator's memory and the books.
import type { Kysely } from "kysely";
import { storing } from "./failure.ts";
import type { Abandoned, AuditStore, FlushStore } from "./ports.ts";
import type { Tables } from "./schema.ts";
import { saveChanges } from "./workers.ts";

export function flushStore(db: Kysely<Tables>): FlushStore {
  return {
    begin: (instance, nowMs) =>
      storing("begin instance", async () => {
        await db.insertInto("instances")
          .values({ id: instance, started_ms: nowMs, booked_seq: -1, ended_ms: null }).execute();
      }),

    commit: ({ workers, createdMs, ...flush }) =>
      storing("write flush", () =>
        db.transaction().execute(async (transaction) => {
          const result = await transaction.insertInto("flushes").values({ ...flush, created_ms: createdMs })
            .onConflict((conflict) => conflict.columns(["instance", "seq"]).doNothing()).executeTakeFirst();
          if ((result.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
          await saveChanges(transaction, workers);
          return true;
        })),

    booked: (instance, seq) =>
      storing("note booked flushes", async () => {
        await db.updateTable("instances").set({ booked_seq: seq }).where("id", "=", instance)
          .where("booked_seq", "<", seq).execute();
      }),

    end: (instance, nowMs) =>
      storing("end instance", async () => {
        await db.updateTable("instances").set({ ended_ms: nowMs }).where("id", "=", instance).execute();
      }),

    abandoned: (instance) =>
      storing("read unbooked flushes", async () => {
        const rows = await db.selectFrom("instances").select(["id", "booked_seq"]).where(
          "ended_ms",
          "is",
          null,
        )
          .where("id", "<>", instance).orderBy("started_ms").orderBy("id").execute();
        const abandoned: Abandoned[] = [];
        for (const { id, booked_seq } of rows) {
          const flushes = await db.selectFrom("flushes").select(["seq", "period", "created_ms", "postings"])
            .where("instance", "=", id).where("seq", ">", booked_seq).orderBy("seq").execute();
          abandoned.push({
            instance: id,
            flushes: flushes.map(({ created_ms, ...flush }) => ({ ...flush, createdMs: created_ms })),
          });
        }
        return abandoned;
      }),
  };
}

export function auditStore(db: Kysely<Tables>): AuditStore {
  return {
    batches: (fromMs, limit) =>
      storing("read audit", async () => {
        const rows = await db.selectFrom("flushes").select([
          "instance",
          "seq",
          "created_ms",
          "count",
          "audit",
        ])
          .where("created_ms", ">=", fromMs).orderBy("created_ms").orderBy("instance").orderBy("seq").limit(
            limit,
          )
          .execute();
        return rows.map(({ created_ms, ...batch }) => ({ ...batch, createdMs: created_ms }));
      }),

    prune: (beforeMs, limit) =>
      storing("prune audit", () =>
        db.transaction().execute(async (transaction) => {
          const old = await transaction.selectFrom("flushes")
            .innerJoin("instances", "instances.id", "flushes.instance")
            .select(["flushes.instance", "flushes.seq"])
            .where("flushes.created_ms", "<", beforeMs)
            .whereRef("flushes.seq", "<=", "instances.booked_seq")
            .orderBy("flushes.created_ms").limit(limit).execute();
          for (const { instance, seq } of old) {
            await transaction.deleteFrom("flushes").where("instance", "=", instance).where("seq", "=", seq)
              .execute();
          }
          return old.length;
        })),
  };
}
