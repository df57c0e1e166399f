// The build step on Deno Deploy: signs the bundles into `data/`. The platform keeps the tree as the build leaves it, so
// the private key never touches it: it comes from P2C2R_SIGNER_KEY, or lives and ends with this process.
import { generateSigner, importSigner, type Signer } from "../sandbox/mod.ts";
import { signBundles } from "./kernels_sign.ts";
import { repositoryRoot } from "./source_files.ts";

const KEY_VARIABLE = "P2C2R_SIGNER_KEY";

/** The operator's signer from the base64 of their `signer.key`; without one, a new signer. */
async function signerOf(base64: string | undefined): Promise<Signer> {
  if (base64 !== undefined) return await importSigner(Uint8Array.fromBase64(base64.trim()));
  console.log(
    `${KEY_VARIABLE} is not set: this build signs with a key of its own, and workers that know another will not run it.`,
  );
  return await generateSigner();
}

if (import.meta.main) {
  const root = repositoryRoot();
  const signer = await signerOf(Deno.env.get(KEY_VARIABLE));
  const { signed } = await signBundles({
    bundlesDir: `${root}/tasks-as/bundles`,
    dataDir: `${root}/data`,
    signer,
  });
  for (const name of signed) console.log(`signed ${name} with ${signer.keyId}`);
}
