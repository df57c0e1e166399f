// Kernels this coordinator ever offered: their manifests, signatures and prices.
import type { Kysely } from "kysely";
import { storing } from "./failure.ts";
import type { KernelStore, StoredKernel } from "./ports.ts";
import type { Tables } from "./schema.ts";

export function kernelStore(db: Kysely<Tables>): KernelStore {
  return {
    save: (kernel) =>
      storing("save kernel", async () =>
        plain(
          await db.insertInto("kernels").values({ ...kernel })
            .onConflict((conflict) => conflict.column("digest").doUpdateSet({ signature: kernel.signature }))
            .returningAll().executeTakeFirstOrThrow(),
        )),

    list: () =>
      storing("list kernels", async () => {
        const rows = await db.selectFrom("kernels").selectAll().orderBy("id").orderBy("release").orderBy(
          "digest",
        )
          .execute();
        return rows.map(plain);
      }),

    releaseFloor: (id) =>
      storing("read kernel releases", async () => {
        const row = await db.selectFrom("kernels").select((kernel) => kernel.fn.max("release").as("release"))
          .where("id", "=", id).executeTakeFirst();
        return Number(row?.release ?? 0);
      }),

    setPrice: (digest, price) =>
      storing("set kernel price", async () => {
        const result = await db.updateTable("kernels").set({ price }).where("digest", "=", digest)
          .executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),
  };
}

/** Rows of node:sqlite have no prototype; what leaves the store is an ordinary object. */
function plain(row: Tables["kernels"]): StoredKernel {
  return { ...row };
}
