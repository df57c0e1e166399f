// The work a coordinator may ask of a worker it does not know yet: done in slices, bounded, and said aloud.
import { nonceOf, P2c2rError, sha256, solveWork, workBitsMax } from "../protocol/mod.ts";

/** Tries between two looks at whether to stop: some ten milliseconds. */
const triesPerSlice = 8_192;
/** Work that takes longer than a moment is worth a sentence. */
const silentBitsMax = 16;

/**
 * Does the work a challenge asks for.
 *
 * @param challenge its bytes
 * @param work zero bits as the coordinator asks for them; none when it says nothing
 * @returns the nonce in hex, or null where no work was asked for
 * @throws P2c2rError `auth.refused` when it asks for more than {@link workBitsMax} bits, `connection.lost` when stopped
 */
export async function workOff(
  challenge: Uint8Array,
  work: unknown,
  stop: AbortSignal,
  say: (text: string) => void,
): Promise<string | null> {
  if (work === undefined || work === 0) return null;
  if (typeof work !== "number" || !Number.isInteger(work) || work < 0 || work > workBitsMax) {
    throw new P2c2rError(
      "auth.refused",
      `Cannot join: the coordinator asks for work of ${work} bits, limit is ${workBitsMax}`,
      { hint: "Ask the operator for an invite and start with --invite." },
    );
  }
  if (work > silentBitsMax) say("Joining costs a little work, once: it keeps floods of made-up workers out.");
  const digest = await sha256(challenge);
  for (let from = 0; !stop.aborted; from += triesPerSlice) {
    const nonce = solveWork(digest, work, from, triesPerSlice);
    if (nonce !== undefined) return nonceOf(nonce).toHex();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new P2c2rError("connection.lost", "Cannot join: the worker ends");
}
