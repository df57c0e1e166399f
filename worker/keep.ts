// What a worker keeps between runs, in its data folder.
import { keyIdOf, type Pins } from "../sandbox/mod.ts";
import type { WorkerConfig } from "./config.ts";
import { BlobFolder } from "./disk/blob_folder.ts";
import { openDataFolder } from "./disk/data_folder.ts";
import { ReleaseFloors } from "./disk/release_floors.ts";
import { SignerPins } from "./disk/signer_pins.ts";
import { type Identity, loadIdentity } from "./identity.ts";

const bundleBytesMax = 64 * 1024 * 1024;

/** An open data folder. */
export interface Keep extends Disposable {
  readonly identity: Identity;
  /** Whether the identity was made just now. */
  readonly isNew: boolean;
  readonly pins: SignerPins;
  readonly floors: ReleaseFloors;
  readonly bundles: BlobFolder;
  readonly assets: BlobFolder;
}

/**
 * Opens the data folder and everything in it.
 *
 * @throws P2c2rError `config.invalid` when it is in use, or a file of it is damaged
 */
export async function openKeep(config: WorkerConfig): Promise<Keep> {
  const { origin } = config.coordinator;
  const folder = await openDataFolder(config.dataDir);
  try {
    const identity = await loadIdentity(`${folder.path}/identity.key`);
    return {
      identity,
      isNew: identity.made,
      pins: await SignerPins.open(`${folder.path}/signers.json`, origin, await pinsOf(config)),
      floors: await ReleaseFloors.open(`${folder.path}/releases.json`, origin),
      bundles: await BlobFolder.open(`${folder.path}/bundles`, bundleBytesMax),
      assets: await BlobFolder.open(`${folder.path}/assets`, config.diskBytesMax),
      [Symbol.dispose]: () => folder[Symbol.dispose](),
    };
  } catch (cause) {
    folder[Symbol.dispose]();
    throw cause;
  }
}

async function pinsOf(config: WorkerConfig): Promise<Pins> {
  const pins = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const publicKey of config.signers) pins.set(await keyIdOf(publicKey), publicKey);
  return pins;
}
