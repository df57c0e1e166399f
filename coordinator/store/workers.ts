// Workers by the fingerprint of their key, and what verdicts said about them.
import type { Kysely } from "kysely";
import type { KernelTrust } from "../verify/mod.ts";
import { inChunks } from "./chunks.ts";
import { storing } from "./failure.ts";
import type { StoredWorker, WorkerChange, WorkerStore } from "./ports.ts";
import type { Tables } from "./schema.ts";

export function workerStore(db: Kysely<Tables>): WorkerStore {
  return {
    arrive: (arrival) =>
      storing("note worker", () =>
        db.transaction().execute(async (transaction) => {
          const { id, publicKey, software, nowMs } = arrival;
          await transaction.insertInto("workers")
            .values({
              ...unseen,
              id,
              public_key: publicKey,
              software,
              first_seen_ms: nowMs,
              last_seen_ms: nowMs,
            })
            .onConflict((conflict) =>
              conflict.column("id").doUpdateSet({ public_key: publicKey, software, last_seen_ms: nowMs })
            ).execute();
          const [worker] = await loadWorkers(transaction, [id]);
          if (worker === undefined) throw new Error(`worker ${id} is gone within its own transaction`);
          return worker.record;
        })),

    load: (id) =>
      storing(
        "load worker",
        () => db.transaction().execute(async (transaction) => (await loadWorkers(transaction, [id]))[0]),
      ),

    list: (limit) =>
      storing("list workers", () =>
        db.transaction().execute(async (transaction) => {
          const rows = await transaction.selectFrom("workers").select("id")
            .orderBy("last_seen_ms", "desc").orderBy("id").limit(limit).execute();
          return await loadWorkers(transaction, rows.map(({ id }) => id));
        })),

    save: (changes) =>
      storing(
        "save workers",
        () => db.transaction().execute((transaction) => saveChanges(transaction, changes)),
      ),
  };
}

/** Writes changes within the caller's transaction. A worker that never arrived gets a row without a key. */
export async function saveChanges(
  transaction: Kysely<Tables>,
  changes: readonly WorkerChange[],
): Promise<void> {
  const changed = changes.flatMap(({ worker, standing }) =>
    standing === null ? [] : [{
      ...unseen,
      id: worker,
      quarantined_until_ms: standing.quarantinedUntilMs,
      offences: standing.offences,
    }]
  );
  const mentioned = changes.filter(({ standing }) => standing === null)
    .map(({ worker }) => ({ ...unseen, id: worker }));
  await inChunks(changed, async (rows) => {
    await transaction.insertInto("workers").values(rows)
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet((row) => ({
          quarantined_until_ms: row.ref("excluded.quarantined_until_ms"),
          offences: row.ref("excluded.offences"),
        }))
      ).execute();
  });
  await inChunks(mentioned, async (rows) => {
    await transaction.insertInto("workers").values(rows)
      .onConflict((conflict) => conflict.column("id").doNothing()).execute();
  });
  await inChunks(changes.flatMap(trustRows), async (rows) => {
    await transaction.insertInto("trust").values(rows)
      .onConflict((conflict) =>
        conflict.columns(["worker_id", "kernel_id", "version"]).doUpdateSet((row) => ({
          stage: row.ref("excluded.stage"),
          progress: row.ref("excluded.progress"),
          right_total: row.ref("excluded.right_total"),
          wrong_total: row.ref("excluded.wrong_total"),
        }))
      ).execute();
  });
}

/** A worker of which nothing is known. */
export const unseen = {
  public_key: null,
  software: "",
  first_seen_ms: 0,
  last_seen_ms: 0,
  quarantined_until_ms: 0,
  offences: 0,
  invite: null,
} as const;

function trustRows({ worker, trust }: WorkerChange): Tables["trust"][] {
  return Array.from(trust, ([kernel, { stage, progress, right, wrong }]) => {
    const at = kernel.lastIndexOf("@");
    return {
      worker_id: worker,
      kernel_id: kernel.slice(0, at),
      version: kernel.slice(at + 1),
      stage,
      progress,
      right_total: right,
      wrong_total: wrong,
    };
  });
}

/** Workers with their trust, in the order of `ids`; ids that are not known are left out. */
async function loadWorkers(db: Kysely<Tables>, ids: readonly string[]): Promise<readonly StoredWorker[]> {
  const rows = new Map<string, Tables["workers"]>();
  const trust = new Map<string, Map<string, KernelTrust>>();
  await inChunks(ids, async (some) => {
    for (const row of await db.selectFrom("workers").selectAll().where("id", "in", some).execute()) {
      rows.set(row.id, row);
      trust.set(row.id, new Map());
    }
    for (const row of await db.selectFrom("trust").selectAll().where("worker_id", "in", some).execute()) {
      const { stage, progress, right_total: right, wrong_total: wrong } = row;
      trust.get(row.worker_id)?.set(`${row.kernel_id}@${row.version}`, { stage, progress, right, wrong });
    }
  });
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [workerOf(row, trust.get(id) ?? new Map())];
  });
}

function workerOf(row: Tables["workers"], kernels: ReadonlyMap<string, KernelTrust>): StoredWorker {
  return {
    id: row.id,
    publicKey: row.public_key,
    software: row.software,
    firstSeenMs: row.first_seen_ms,
    lastSeenMs: row.last_seen_ms,
    invite: row.invite,
    record: { quarantinedUntilMs: row.quarantined_until_ms, offences: row.offences, kernels },
  };
}
