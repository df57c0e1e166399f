// How one signer follows another: a key says of the next one that it signs as well. Whoever trusts the first takes the
// second on its word, so keys change without anybody having to be told.
import { P2c2rError } from "../../protocol/errors.ts";
import { parseSigners, type Pins, type Signer, signerEntries, type SignerEntry } from "./signature.ts";

/** A signer's word for another one. */
export interface Endorsement {
  /** Key id of who vouches. */
  readonly by: string;
  /** 64 bytes, base64url without padding. */
  readonly signature: string;
}

/** A signer as `signers.json` and `GET /v1/signers` list it, with the word of one before it if there is one. */
export interface RosterEntry extends SignerEntry {
  readonly endorsement?: Endorsement;
}

/** Put before the new key's bytes, so that the signature can never be taken for one over something else. */
const ENDORSING_CONTEXT = new TextEncoder().encode("p2c2r signer endorsement v1\n");
// 64 bytes in base64url: the last character has bits to spare, which must be zero.
const SIGNATURE_PATTERN = /^[A-Za-z0-9_-]{85}[AQgw]$/;
const KEY_ID_PATTERN = /^[0-9a-f]{16}$/;

/** An entry for a new key, vouched for by one that is trusted already. */
export async function endorse(next: Pick<Signer, "keyId" | "publicKey">, by: Signer): Promise<RosterEntry> {
  const signature = await crypto.subtle.sign("Ed25519", by.privateKey, messageOf(next.publicKey));
  const [entry] = signerEntries(new Map([[next.keyId, next.publicKey]]));
  const text = new Uint8Array(signature).toBase64({ alphabet: "base64url", omitPadding: true });
  return { ...entry as SignerEntry, endorsement: { by: by.keyId, signature: text } };
}

/** Reads a list of signers with their endorsements, which are not judged here. @throws {P2c2rError} config.invalid */
export async function parseRoster(value: unknown): Promise<readonly RosterEntry[]> {
  const entries = signerEntries(await parseSigners(value));
  const endorsements = new Map(
    (value as readonly Record<string, unknown>[]).map((one) => [one["keyId"], one["endorsement"]]),
  );
  return entries.map((entry) => {
    const endorsement = readEndorsement(endorsements.get(entry.keyId));
    return endorsement === undefined ? entry : { ...entry, endorsement };
  });
}

/** The keys of a roster by id. */
export async function pinsOf(roster: readonly RosterEntry[]): Promise<Pins> {
  return await parseSigners(roster);
}

/** The signers of a roster that are not pinned, but vouched for by one that is, or by one so vouched for. */
export async function successors(roster: readonly RosterEntry[], pins: Pins): Promise<Pins> {
  const keys = await pinsOf(roster);
  const trusted = new Map(pins);
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  // Each round takes at least one entry, so there are no more rounds than entries.
  for (let isNew = true; isNew;) {
    isNew = false;
    for (const { keyId, endorsement } of roster) {
      const by = endorsement && trusted.get(endorsement.by);
      const key = keys.get(keyId);
      if (by === undefined || key === undefined || endorsement === undefined || trusted.has(keyId)) continue;
      if (!await isSigned(endorsement.signature, key, by)) continue;
      trusted.set(keyId, key);
      found.set(keyId, key);
      isNew = true;
    }
  }
  return found;
}

async function isSigned(
  signature: string,
  publicKey: Uint8Array<ArrayBuffer>,
  by: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", by, "Ed25519", false, ["verify"]);
  const bytes = Uint8Array.fromBase64(signature, { alphabet: "base64url" });
  return await crypto.subtle.verify("Ed25519", key, bytes, messageOf(publicKey));
}

function readEndorsement(value: unknown): Endorsement | undefined {
  if (value === undefined) return undefined;
  const { by, signature } = (value ?? {}) as Record<string, unknown>;
  const fits = (text: unknown, pattern: RegExp): text is string =>
    typeof text === "string" && pattern.test(text);
  if (fits(by, KEY_ID_PATTERN) && fits(signature, SIGNATURE_PATTERN)) return { by, signature };
  throw new P2c2rError(
    "config.invalid",
    "Cannot read signers: an endorsement is not a key id and a signature",
    {
      hint: 'Give {"by": "16 hex digits", "signature": "base64url of 64 bytes"}, or leave it out.',
    },
  );
}

function messageOf(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(ENDORSING_CONTEXT.length + publicKey.length);
  message.set(ENDORSING_CONTEXT);
  message.set(publicKey, ENDORSING_CONTEXT.length);
  return message;
}
