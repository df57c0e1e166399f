// A fleet of real programs: a coordinator, workers and a backend as processes that can be killed and started again.
import { fileURLToPath } from "node:url";
import type { StatusReport } from "../../coordinator/app/mod.ts";
import { type DemoWorker, root, startWorker } from "../../tools/demo/cast.ts";
import { Crew, type Member, type Report } from "../../tools/demo/crew.ts";
import { type DemoProject, makeProject, type Operator, statusOf } from "../../tools/demo/operator.ts";
import { signBundles } from "../../tools/kernels_sign.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { eventually } from "./eventually.ts";
import { bundlesDir, signer } from "./real_kernels.ts";

const projectMicroCredits = 1_000_000_000;
const endMs = 5_000;
const backendProgram = fileURLToPath(new URL("./chaos_backend.ts", import.meta.url));

/** Processes over one data folder each, which they find again when they are started again. */
export class Programs {
  readonly crew = new Crew();
  readonly #folder: string;
  #operator: Operator | undefined;
  #port = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the coordinator listens, now and after each restart. */
  get url(): URL {
    return new URL(this.operator.url);
  }

  /** The right to ask the coordinator. */
  get operator(): Operator {
    if (this.#operator === undefined) throw new Error("Bug: the coordinator was not started yet");
    return this.#operator;
  }

  /** Starts the coordinator, again at the same port; resolves when it listens. */
  async coordinator(): Promise<Member> {
    const listening = Promise.withResolvers<string>();
    const data = this.#data("coordinator");
    const member = this.crew.start({
      name: "coordinator",
      args: [
        ...["--no-prompt", "--allow-all", `${root}coordinator/main.ts`],
        ...["--port", String(this.#port), "--data", data, "--json", "--exit-on-eof"],
      ],
      onReport: (report) => {
        if (report.type === "listening") listening.resolve(String(report["url"]));
      },
    });
    member.ended.then((code) =>
      listening.reject(new Error(`The coordinator ended with code ${code}: ${member.lastWords}`))
    );
    const url = await listening.promise;
    this.#port = Number(new URL(url).port);
    const token = await Deno.readTextFile(`${data}/operator.token`);
    this.#operator = { url, token: token.trim() };
    return member;
  }

  /** Starts a worker; resolves when it has an id. */
  async worker(label: string): Promise<DemoWorker & { readonly workerId: string }> {
    const stage = { crew: this.crew, folder: this.#folder, signerHex: signer.publicKey.toHex() };
    const worker = startWorker(stage, "honest", label, this.url.origin, 1, () => {});
    return { ...worker, workerId: await worker.id };
  }

  /** Starts a backend that works until its input ends. */
  backend(key: string, seed: number, onReport: (report: Report) => void): Member {
    const order = JSON.stringify({ url: this.url.href, key, seed });
    return this.crew.start({
      name: "backend",
      args: ["--no-prompt", "--allow-all", backendProgram, order],
      onReport,
    });
  }

  project(): Promise<DemoProject> {
    return makeProject(this.operator, projectMicroCredits);
  }

  status(): Promise<StatusReport> {
    return statusOf(this.operator);
  }

  /** Signs the kernels into the coordinator's data folder. */
  async sign(): Promise<void> {
    await signBundles({ bundlesDir, dataDir: this.#data("coordinator"), signer });
  }

  #data(name: string): string {
    return `${this.#folder}/${name}`;
  }
}

/** Gives a test programs, and leaves none of them. */
export async function withPrograms(work: (programs: Programs) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const programs = new Programs(folder);
    try {
      await programs.sign();
      await work(programs);
    } finally {
      await programs.crew.end(endMs);
    }
  });
}

/** How a process ended, and how long that took from now. */
export async function endOf(member: Member): Promise<{ readonly code: number; readonly tookMs: number }> {
  const startMs = performance.now();
  let code: number | undefined;
  void member.ended.then((ended) => code = ended);
  await eventually(`${member.name} has ended`, () => code !== undefined);
  return { code: code!, tookMs: performance.now() - startMs };
}
