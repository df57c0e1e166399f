// The audit: one short record per settled attempt, packed per flush. About 20 bytes each where a flush has many.
import type { Verdict } from "../scheduler/types.ts";
import { malformed, Packer, Unpacker } from "./pack.ts";

/** What is kept of one settled attempt. */
export interface AuditRecord {
  /** The coordinator's own number of the task, good within one start of the process. */
  readonly task: number;
  readonly attempt: number;
  /** Null for work no project asked for: shadows and what is recomputed later. */
  readonly project: string | null;
  /** The worker's id; null for trusted compute beside the coordinator. */
  readonly worker: string | null;
  /** `id@version`. */
  readonly kernel: string;
  readonly verdict: Verdict;
  readonly fuel: number;
  /** Kept to the microsecond. */
  readonly latencyMs: number;
}

const auditVersion = 1;

/** The order is written into blobs: append only. */
const verdicts: readonly Verdict[] = ["served", "shadow", "late", "failed", "refuted", "unserved"];

/** Packs records as they come, so that a flush that waits holds bytes and not objects. */
export class AuditPacker {
  readonly #packer = new Packer(auditVersion);
  #task = 0;
  #attempt = 0;
  #count = 0;

  /** Records put in so far. */
  get count(): number {
    return this.#count;
  }

  add(record: AuditRecord): void {
    const packer = this.#packer;
    packer.signed(record.task - this.#task);
    packer.signed(record.attempt - this.#attempt);
    packer.textOrNull(record.project);
    packer.textOrNull(record.worker);
    packer.text(record.kernel);
    packer.whole(verdicts.indexOf(record.verdict));
    packer.whole(record.fuel);
    packer.whole(Math.max(0, Math.round(record.latencyMs * 1000)));
    this.#task = record.task;
    this.#attempt = record.attempt;
    this.#count += 1;
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#packer.done(this.#count);
  }
}

/** Packs records; {@link unpackAudit} gives them back, with latencies rounded to microseconds. */
export function packAudit(records: readonly AuditRecord[]): Uint8Array<ArrayBuffer> {
  const packer = new AuditPacker();
  for (const record of records) packer.add(record);
  return packer.done();
}

/** The records of a blob. Throws `store.failed` when {@link packAudit} did not write it. */
export function unpackAudit(blob: Uint8Array): readonly AuditRecord[] {
  const unpacker = new Unpacker(blob, auditVersion);
  const records: AuditRecord[] = [];
  let task = 0;
  let attempt = 0;
  for (let left = unpacker.count; left > 0; left -= 1) {
    task += unpacker.signed();
    attempt += unpacker.signed();
    records.push({
      task,
      attempt,
      project: unpacker.textOrNull(),
      worker: unpacker.textOrNull(),
      kernel: unpacker.text(),
      verdict: verdictAt(unpacker.whole()),
      fuel: unpacker.whole(),
      latencyMs: unpacker.whole() / 1000,
    });
  }
  unpacker.end();
  return records;
}

function verdictAt(place: number): Verdict {
  const verdict = verdicts[place];
  if (verdict === undefined) throw malformed(`it has no verdict number ${place}`);
  return verdict;
}
