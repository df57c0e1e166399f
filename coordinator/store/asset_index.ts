// Which project uploaded which asset, and how much it may keep.
import type { Kysely } from "kysely";
import { limits, P2c2rError } from "../../protocol/mod.ts";
import { storing } from "./failure.ts";
import type { AssetIndex, StoredAsset } from "./ports.ts";
import type { Tables } from "./schema.ts";

/** What an asset counts beyond its bytes, so that a project cannot fill the index with tiny ones. */
export const assetOverheadBytes = 4096;

export function assetIndex(db: Kysely<Tables>): AssetIndex {
  return {
    add: (asset) =>
      storing("add asset", () => db.transaction().execute((transaction) => add(transaction, asset))),

    remove: (project, digest) =>
      storing("remove asset", async () => {
        const result = await db.deleteFrom("assets").where("project_id", "=", project).where(
          "digest",
          "=",
          digest,
        )
          .executeTakeFirst();
        return result.numDeletedRows > 0n;
      }),

    list: (project) =>
      storing("list assets", async () => {
        const rows = await db.selectFrom("assets").selectAll().where("project_id", "=", project)
          .orderBy("created_ms").orderBy("digest").execute();
        return rows.map((row) => ({
          project: row.project_id,
          digest: row.digest,
          bytes: row.bytes,
          createdMs: row.created_ms,
        }));
      }),
  };
}

async function add(transaction: Kysely<Tables>, asset: StoredAsset): Promise<boolean> {
  const { project, digest, bytes, createdMs } = asset;
  const row = { project_id: project, digest, bytes, created_ms: createdMs };
  const result = await transaction.insertInto("assets").values(row)
    .onConflict((conflict) => conflict.columns(["project_id", "digest"]).doNothing()).executeTakeFirst();
  if ((result.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
  const used = await transaction.selectFrom("assets")
    .select((assets) => [assets.fn.sum("bytes").as("bytes"), assets.fn.countAll().as("count")])
    .where("project_id", "=", project).executeTakeFirstOrThrow();
  const kept = Number(used.bytes) + Number(used.count) * assetOverheadBytes;
  if (kept > limits.projectAssetBytesMax) throw quotaExceeded(kept);
  return true;
}

function quotaExceeded(kept: number): P2c2rError {
  const counted = `${
    kept.toLocaleString("en-US")
  } bytes with it (each asset counts ${assetOverheadBytes} more)`;
  const limit = limits.projectAssetBytesMax.toLocaleString("en-US");
  return new P2c2rError(
    "asset.too_large",
    `Cannot store asset: the project's assets would be ${counted}, the limit is ${limit}`,
  );
}
