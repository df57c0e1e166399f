// What a start finds of earlier runs: flushes that were written and not booked, and claims whose windows are gone.
import type { Store } from "../store/mod.ts";
import { Period } from "./period.ts";
import { transactionsOf } from "./postings.ts";
import { unpackPostings } from "./postings_pack.ts";

/**
 * Books what earlier runs left unbooked, once however often it is tried, and lets credit lapse that is still pending:
 * what could have proven it wrong died with the process. `instance` is the run that starts now.
 */
export async function recover(
  store: Pick<Store, "flushes" | "ledger">,
  instance: string,
  nowMs: number,
): Promise<void> {
  for (const { instance: earlier, flushes } of await store.flushes.abandoned(instance)) {
    const periods = new Map<number, Period>();
    for (const { seq, period: no, postings } of flushes) {
      const period = periods.get(no) ?? new Period(earlier, no);
      periods.set(no, period);
      period.add(seq, unpackPostings(postings));
    }
    for (const period of periods.values()) {
      for (const transaction of period.transactions(nowMs)) await store.ledger.post(transaction);
      await store.flushes.booked(earlier, period.flushLast);
    }
    await store.flushes.end(earlier, nowMs);
  }
  const amounts = await store.ledger.balancesOf("pending");
  const lapsed = { reason: "lapsed", fuel: new Map<string, number>(), amounts } as const;
  for (const transaction of transactionsOf([lapsed], `${instance}:lapsed`, instance, nowMs)) {
    await store.ledger.post(transaction);
  }
}
