// Before anything is played: kernels signed by a throw-away key, a coordinator that listens, a project with credit.
import { generateSigner } from "../../sandbox/mod.ts";
import { signBundles } from "../kernels_sign.ts";
import { root, type Stage, startCoordinator } from "./cast.ts";
import type { Crew, Member } from "./crew.ts";
import { makeProject, type Operator } from "./operator.ts";

/** Where the kernels lie. */
export const bundlesDir = `${root}tasks-as/bundles`;
/** Enough for everything that is played. */
const projectMicroCredits = 1_000_000_000;

/** A stage on which a coordinator waits for workers and backends. */
export interface Opened {
  readonly stage: Stage;
  readonly coordinator: Member;
  readonly operator: Operator;
  readonly dataDir: string;
  readonly url: string;
  readonly key: string;
  readonly project: string;
}

/** Signs the kernels, starts a coordinator in `folder`, makes a project. */
export async function openStage(crew: Crew, folder: string): Promise<Opened> {
  const dataDir = `${folder}/coordinator`;
  const signer = await generateSigner();
  await signBundles({ bundlesDir, dataDir, signer });
  const stage: Stage = { crew, folder, signerHex: signer.publicKey.toHex() };
  const { member, url: listening } = startCoordinator(stage);
  const url = await listening;
  const operator = { url, token: (await Deno.readTextFile(`${dataDir}/operator.token`)).trim() };
  return {
    stage,
    coordinator: member,
    operator,
    dataDir,
    url,
    ...await makeProject(operator, projectMicroCredits),
  };
}
