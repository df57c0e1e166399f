// The operator's data folder, or memory in its place: store, blobs, secrets, and the keys that sign kernels.
import { P2c2rError } from "../protocol/mod.ts";
import { loadSecrets, newSecrets, type Secrets } from "./app/mod.ts";
import type { CoordinatorConfig } from "./config.ts";
import { type BlobStore, memoryBlobs, openFolderBlobs, openStore, type Store } from "./store/mod.ts";

/** What a coordinator keeps. */
export interface Kept {
  readonly secrets: Secrets;
  readonly store: Store;
  readonly blobs: BlobStore;
}

/** Opens what is kept, making it on the first start. @throws P2c2rError `store.failed` */
export async function openData({ data, memory, operatorToken }: CoordinatorConfig): Promise<Kept> {
  if (!memory) await makeFolder(data);
  const found = memory ? newSecrets() : await loadSecrets(data);
  return {
    secrets: { ...found, operatorToken: operatorToken ?? found.operatorToken },
    store: await openStore({ path: memory ? ":memory:" : `${data}/p2c2r.sqlite` }),
    blobs: memory ? memoryBlobs() : await openFolderBlobs({ folder: `${data}/blobs` }),
  };
}

/** The signers of a data folder as they stand in its file; none where there is no file. @throws P2c2rError */
export async function readSigners(data: string): Promise<unknown> {
  const path = `${data}/signers.json`;
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    const malformed = cause instanceof SyntaxError;
    throw new P2c2rError(
      malformed ? "config.invalid" : "store.failed",
      `Cannot start: ${path} ${malformed ? "is not JSON" : "cannot be read"}`,
      { ...(malformed ? { hint: "Sign the kernels again, or restore the file." } : {}), cause },
    );
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (cause) {
    throw new P2c2rError("store.failed", `Cannot make the data folder ${path}`, { cause });
  }
}
