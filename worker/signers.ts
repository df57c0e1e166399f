// Whom this worker trusts, said aloud: which signers were pinned, followed others or are gone, and which a coordinator
// offers that nobody vouches for.
import type { Pins, RosterEntry } from "../sandbox/mod.ts";
import type { Settled, SignerPins } from "./disk/signer_pins.ts";

/** Compares what the coordinator offers with what is pinned; runs before each connection, repeats no sentence. */
export function settleSigners(
  ask: () => Promise<readonly RosterEntry[]>,
  pins: SignerPins,
  coordinator: string,
  say: (level: "info" | "warning", text: string) => void,
): () => Promise<void> {
  let said = "";
  return async () => {
    const settled = await pins.settle(await ask());
    const sentences = sentencesOf(settled, coordinator);
    const text = sentences.map(([, sentence]) => sentence).join("\n");
    if (text === said) return;
    for (const [level, sentence] of sentences) say(level, sentence);
    said = text;
  };
}

function sentencesOf(
  { isFirst, added, dropped, refused }: Settled,
  coordinator: string,
): (readonly ["info" | "warning", string])[] {
  const sentences: (readonly ["info" | "warning", string])[] = [];
  if (isFirst) {
    sentences.push([
      "info",
      `From now on this worker runs kernels of ${coordinator} only when signed by ${named(added)}.`,
    ]);
  } else if (added.size > 0) {
    sentences.push([
      "info",
      `${named(added)} now signs kernels of ${coordinator}: a signer trusted before vouches for it.`,
    ]);
  }
  if (dropped.size > 0) {
    sentences.push(["info", `Kernels of ${coordinator} signed by ${named(dropped)} are not run any longer.`]);
  }
  if (refused.size > 0) {
    sentences.push([
      "warning",
      `${coordinator} now offers kernels signed by ${
        named(refused)
      }, which this worker does not trust: they are refused. ` +
      `If the operator confirms the new key, start once with that --signer.`,
    ]);
  }
  return sentences;
}

function named(signers: Pins): string {
  return [...signers].map(([keyId, key]) => `${keyId} (--signer ${key.toHex()})`).join(", ");
}
