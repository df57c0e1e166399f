export * from "./bundle.ts";
export * from "./installed.ts";
export { lendMemory, type LentCore, type MemorySizes } from "./lent_core.ts";
export type { KernelLimits, Manifest, MeterVersions } from "./manifest.ts";
export { parseManifest } from "./manifest.ts";
export {
  generateSigner,
  importSigner,
  keyIdOf,
  parseSigners,
  type Pins,
  type Signer,
  signerEntries,
  type SignerEntry,
  signManifest,
} from "./signature.ts";
export {
  endorse,
  type Endorsement,
  parseRoster,
  pinsOf,
  type RosterEntry,
  successors,
} from "./succession.ts";
