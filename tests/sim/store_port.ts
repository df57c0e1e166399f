// The store as a process reaches it: slow, refusing, or saying that it failed when it did not.
import type { BlobStore, Store } from "../../coordinator/store/mod.ts";
import { P2c2rError } from "../../protocol/mod.ts";
import type { MemoryBooks } from "./books.ts";
import type { PortParts } from "./weather.ts";

/** What a coordinator asks of a store, and where it keeps bytes. */
type Stored = Omit<Store, "kernels" | "close"> & { readonly blobs: BlobStore };

/** The books and the registry as a process reaches them. */
export function storePort(
  parts: PortParts,
  { workers, ledger, flushes, audit, registry: { projects, invites, assets, blobs } }: MemoryBooks,
): Stored {
  const ask = <T>(operation: () => Promise<T>) => asked(parts, operation);
  return {
    ping: () => ask(() => Promise.resolve()),
    projects: {
      create: (project) => ask(() => projects.create(project)),
      list: () => ask(() => projects.list()),
      setWeight: (id, weight) => ask(() => projects.setWeight(id, weight)),
      addKey: (key) => ask(() => projects.addKey(key)),
      findKey: (hash) => ask(() => projects.findKey(hash)),
      keys: (project) => ask(() => projects.keys(project)),
      revokeKey: (prefix, nowMs) => ask(() => projects.revokeKey(prefix, nowMs)),
    },
    invites: {
      create: (invite) => ask(() => invites.create(invite)),
      list: () => ask(() => invites.list()),
      find: (hash) => ask(() => invites.find(hash)),
      get: (id) => ask(() => invites.get(id)),
      use: (id, worker, nowMs) => ask(() => invites.use(id, worker, nowMs)),
      revoke: (id, nowMs) => ask(() => invites.revoke(id, nowMs)),
    },
    assets: {
      add: (asset) => ask(() => assets.add(asset)),
      remove: (project, digest) => ask(() => assets.remove(project, digest)),
      list: (project) => ask(() => assets.list(project)),
    },
    blobs: {
      put: (digest, bytes) => ask(() => blobs.put(digest, bytes)),
      get: (digest) => ask(() => blobs.get(digest)),
      peek: (digest) => blobs.peek(digest),
      has: (digest) => ask(() => blobs.has(digest)),
      delete: (digest) => ask(() => blobs.delete(digest)),
    },
    workers: {
      arrive: (arrival) => ask(() => workers.arrive(arrival)),
      load: (id) => ask(() => workers.load(id)),
      list: (limit) => ask(() => workers.list(limit)),
      save: (changes) => ask(() => workers.save(changes)),
    },
    ledger: {
      post: (transaction) => ask(() => ledger.post(transaction)),
      balances: (accounts) => ask(() => ledger.balances(accounts)),
      balancesOf: (kind) => ask(() => ledger.balancesOf(kind)),
      statement: (account, limit) => ask(() => ledger.statement(account, limit)),
    },
    flushes: {
      begin: (instance, nowMs) => ask(() => flushes.begin(instance, nowMs)),
      commit: (flush) => ask(() => flushes.commit(flush)),
      booked: (instance, seq) => ask(() => flushes.booked(instance, seq)),
      end: (instance, nowMs) => ask(() => flushes.end(instance, nowMs)),
      abandoned: (instance) => ask(() => flushes.abandoned(instance)),
    },
    audit: {
      batches: (fromMs, limit) => ask(() => audit.batches(fromMs, limit)),
      prune: (beforeMs, limit) => ask(() => audit.prune(beforeMs, limit)),
    },
  };
}

/** What the store was asked it does, whether the process lives to hear of it or not. */
function asked<T>(
  { agenda, dice, faults, process, weather }: PortParts,
  operation: () => Promise<T>,
): Promise<T> {
  const { storeMs, storeErrorRate, commitUnknownRate } = weather;
  const oneWayMs = storeMs * dice.draw() / 2;
  const fails = dice.chance(storeErrorRate);
  const unknown = !fails && dice.chance(commitUnknownRate);
  return new Promise((resolve, reject) => {
    if (!process.leaves()) return;
    agenda.after(oneWayMs, () => {
      const result = fails ? Promise.reject(refused()) : operation();
      if (fails) faults.count("storeError");
      if (unknown) faults.count("commitUnknown");
      const told = unknown ? result.then(() => Promise.reject(refused())) : result;
      told.catch(() => {/* The process may be gone before it hears of it. */});
      agenda.after(oneWayMs, () => process.enter(() => void told.then(resolve, reject)));
    });
  });
}

function refused(): P2c2rError {
  return new P2c2rError("store.failed", "Cannot use the store: the disk failed");
}
