// Projects and the hashes of their API keys.
import type { Kysely } from "kysely";
import { storing } from "./failure.ts";
import type { ProjectStore, StoredKey } from "./ports.ts";
import type { Tables } from "./schema.ts";

export function projectStore(db: Kysely<Tables>): ProjectStore {
  return {
    create: ({ id, name, createdMs, weight }) =>
      storing("create project", async () => {
        await db.insertInto("projects").values({ id, name, created_ms: createdMs, weight }).execute();
      }),

    setWeight: (id, weight) =>
      storing("weigh project", async () => {
        const result = await db.updateTable("projects").set({ weight }).where("id", "=", id)
          .executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),

    list: () =>
      storing("list projects", async () => {
        const rows = await db.selectFrom("projects").selectAll().orderBy("created_ms").orderBy("id")
          .execute();
        return rows.map(({ id, name, created_ms, weight }) => ({ id, name, createdMs: created_ms, weight }));
      }),

    addKey: ({ hash, prefix, project, createdMs }) =>
      storing("add API key", async () => {
        const row = { hash, prefix, project_id: project, created_ms: createdMs, revoked_ms: null };
        await db.insertInto("api_keys").values(row).execute();
      }),

    findKey: (hash) =>
      storing("find API key", async () => {
        const row = await db.selectFrom("api_keys").selectAll().where("hash", "=", hash).executeTakeFirst();
        return row === undefined ? undefined : keyOf(row);
      }),

    keys: (project) =>
      storing("list API keys", async () => {
        const rows = await db.selectFrom("api_keys").selectAll().where("project_id", "=", project)
          .orderBy("created_ms").orderBy("prefix").execute();
        return rows.map(keyOf);
      }),

    revokeKey: (prefix, nowMs) =>
      storing("revoke API key", async () => {
        const result = await db.updateTable("api_keys").set({ revoked_ms: nowMs })
          .where("prefix", "=", prefix).where("revoked_ms", "is", null).executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),
  };
}

function keyOf(row: Tables["api_keys"]): StoredKey {
  return {
    hash: row.hash,
    prefix: row.prefix,
    project: row.project_id,
    createdMs: row.created_ms,
    revokedMs: row.revoked_ms,
  };
}
