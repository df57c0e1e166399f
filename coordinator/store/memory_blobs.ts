// Blobs in memory, for a coordinator without a disk and for tests. What is put in stays until it is deleted.
import { requireDigest, requireMatch } from "./digest.ts";
import type { BlobStore } from "./ports.ts";

export function memoryBlobs(): BlobStore {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  const find = (digest: string) => {
    requireDigest(digest);
    return blobs.get(digest);
  };
  return {
    async put(digest, bytes) {
      await requireMatch(digest, bytes);
      blobs.set(digest, bytes);
    },
    // deno-lint-ignore require-await -- so that a malformed digest rejects as it does on disk
    get: async (digest) => find(digest),
    peek: find,
    // deno-lint-ignore require-await -- so that a malformed digest rejects as it does on disk
    has: async (digest) => find(digest) !== undefined,
    // deno-lint-ignore require-await -- so that a malformed digest rejects as it does on disk
    async delete(digest) {
      requireDigest(digest);
      blobs.delete(digest);
    },
  };
}
