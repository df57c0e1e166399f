// The two secrets of an installation: what seals tokens, and what lets the operator in.
import { P2c2rError } from "../../protocol/mod.ts";
import { toBase64Url } from "./base64url.ts";

/** The secrets, in memory. */
export interface Secrets {
  /** Key of all seals. */
  readonly seal: Uint8Array;
  readonly operatorToken: string;
}

const SECRET_BYTES = 32;
const OWNER_ONLY = 0o600;

/** Where the operator's token lies in a data folder. */
export const operatorTokenFile = "operator.token";
const sealFile = "seal.secret";

/** New secrets that end with the process. */
export function newSecrets(): Secrets {
  return { seal: randomBytes(), operatorToken: toBase64Url(randomBytes()) };
}

/** The secrets of a data folder, made on the first start. @throws P2c2rError `store.failed` */
export async function loadSecrets(folder: string): Promise<Secrets> {
  const seal = await loadOrMake(`${folder}/${sealFile}`);
  const operatorToken = await loadOrMake(`${folder}/${operatorTokenFile}`);
  return { seal: new TextEncoder().encode(seal), operatorToken };
}

async function loadOrMake(path: string): Promise<string> {
  try {
    return await readSecret(path) ?? await makeSecret(path);
  } catch (cause) {
    if (cause instanceof P2c2rError) throw cause;
    throw new P2c2rError("store.failed", `Cannot read or write ${path}`, { cause });
  }
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const text = (await Deno.readTextFile(path)).trim();
    if (text.length >= SECRET_BYTES) return text;
    throw new P2c2rError("store.failed", `Cannot use ${path}: it holds no secret of ${SECRET_BYTES} bytes`, {
      hint: "Delete the file; the next start makes a new one.",
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Written beside and renamed, so that a crash leaves no half a secret. */
async function makeSecret(path: string): Promise<string> {
  const text = toBase64Url(randomBytes());
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, `${text}\n`, { mode: OWNER_ONLY });
  await Deno.rename(draft, path);
  return text;
}

function randomBytes(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}
