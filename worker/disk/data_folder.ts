// The worker's own folder: made on first start, used by one process at a time.
import { P2c2rError } from "../../protocol/mod.ts";
import { removeUnfinished } from "./atomic_file.ts";

/** A worker's data folder, held until it is closed or the process ends. */
export interface DataFolder extends Disposable {
  readonly path: string;
}

/**
 * Makes the folder where there is none, takes its lock and clears what a crash left half-written.
 *
 * @throws P2c2rError `config.invalid` when another process uses it or it cannot be made
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const lock = await takeLock(path);
  await removeUnfinished(path);
  return { path, [Symbol.dispose]: () => lock.close() };
}

async function takeLock(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    const file = await Deno.open(`${path}/lock`, { write: true, create: true, mode: 0o600 });
    if (await file.tryLock(true)) return file;
    file.close();
  } catch (cause) {
    throw new P2c2rError("config.invalid", `Cannot use data folder ${path}: ${reasonOf(cause)}`, {
      hint: "Name a folder that this program may write with --data.",
      cause,
    });
  }
  throw new P2c2rError("config.invalid", `Cannot use data folder ${path}: another worker uses it`, {
    hint: "Stop the other worker, or name another folder with --data.",
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
