// Trust on first use, said aloud: which signers were pinned, and which a coordinator offers that were not.
import type { Pins } from "../sandbox/mod.ts";
import type { SignerPins } from "./disk/signer_pins.ts";

/** Compares what the coordinator offers with what is pinned; runs before each connection, repeats no sentence. */
export function settleSigners(
  ask: () => Promise<Pins>,
  pins: SignerPins,
  coordinator: string,
  say: (level: "info" | "warning", text: string) => void,
): () => Promise<void> {
  let said = "";
  return async () => {
    const settled = await pins.settle(await ask());
    if (settled.type === "kept") return;
    const names = [...settled.signers].map(([keyId, key]) => `${keyId} (--signer ${key.toHex()})`).join(", ");
    const text = settled.type === "trusted"
      ? `From now on this worker runs kernels of ${coordinator} only when signed by ${names}.`
      : `${coordinator} now offers kernels signed by ${names}, which this worker does not trust: they are refused. ` +
        `If the operator confirms the new key, start once with that --signer.`;
    if (text !== said) say(settled.type === "trusted" ? "info" : "warning", text);
    said = text;
  };
}
