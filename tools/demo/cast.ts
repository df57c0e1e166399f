// Who plays in the demo: how each process is started, with just the permissions it needs.
import { fileURLToPath } from "node:url";
import { coordinatorV8Flags } from "../coordinator_engine.ts";
import type { Crew, Member, Report } from "./crew.ts";
import type { WorkerRole } from "./summary.ts";

/** The root of the project. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A worker process of the demo. */
export interface DemoWorker {
  readonly role: WorkerRole;
  readonly label: string;
  readonly member: Member;
  /** Its id, once it has started. */
  readonly id: Promise<string>;
}

/** Where and for whom the processes run. */
export interface Stage {
  readonly crew: Crew;
  /** A folder that is gone with the demo. */
  readonly folder: string;
  readonly signerHex: string;
}

const wsEnv = "--allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE";

/** Starts the coordinator on a free port; resolves with its address when it listens. */
export function startCoordinator(
  { crew, folder }: Stage,
): { readonly member: Member; readonly url: Promise<string> } {
  const url = Promise.withResolvers<string>();
  const member = crew.start({
    name: "coordinator",
    args: [
      ...["--no-prompt", "--allow-env", "--allow-net=127.0.0.1", "--allow-sys", `--allow-write=${folder}`],
      `--allow-read=${folder},${root}`,
      `--v8-flags=${coordinatorV8Flags}`,
      `${root}coordinator/main.ts`,
      ...["--port", "0", "--data", `${folder}/coordinator`, "--json", "--exit-on-eof"],
    ],
    onReport: (report) => {
      if (report.type === "listening" && typeof report["url"] === "string") url.resolve(report["url"]);
    },
  });
  member.ended.then((code) =>
    url.reject(new Error(`The coordinator ended with code ${code}:\n${member.lastWords}`))
  );
  return { member, url: url.promise };
}

/** Starts a worker: the program that helpers run, or the liar made from it. */
export function startWorker(
  stage: Stage,
  role: WorkerRole,
  label: string,
  url: string,
  seed: number,
  onReport: (report: Report) => void,
): DemoWorker {
  const { crew, folder, signerHex } = stage;
  const data = `${folder}/${label.replaceAll(" ", "-")}`;
  const id = Promise.withResolvers<string>();
  const liar = role === "liar";
  const member = crew.start({
    name: label,
    args: [
      ...["--no-prompt", wsEnv, `--allow-net=${new URL(url).host}`, "--allow-sys=setPriority,cpus"],
      ...[`--allow-read=${data},${root}protocol,${root}sandbox`, `--allow-write=${data}`],
      liar ? `${root}tools/demo/liar.ts` : `${root}worker/main.ts`,
      ...(liar ? [String(seed)] : []),
      ...[
        "--coordinator",
        url,
        "--data",
        data,
        "--threads",
        "1",
        "--signer",
        signerHex,
        "--priority",
        "normal",
        "--json",
        "--exit-on-eof",
      ],
    ],
    onReport: (report) => {
      if (typeof report["worker"] === "string") id.resolve(report["worker"]);
      onReport(report);
    },
  });
  member.ended.then((code) =>
    id.reject(new Error(`Worker ${label} ended with code ${code}:\n${member.lastWords}`))
  );
  return { role, label, member, id: id.promise };
}

/** A game backend: its program, its one argument, and what it may read besides the project. */
export interface BackendRole {
  readonly script: string;
  readonly order: { readonly url: string; readonly outDir: string };
  readonly reads: readonly string[];
}

/** Starts a game backend. It may write into its order's `outDir` alone. */
export function startBackend(
  { crew, folder }: Stage,
  { script, order, reads }: BackendRole,
  onReport: (report: Report) => void,
): Member {
  return crew.start({
    name: "backend",
    args: [
      ...["--no-prompt", wsEnv, `--allow-net=${new URL(order.url).host}`],
      ...[`--allow-read=${[folder, root, ...reads].join()}`, `--allow-write=${order.outDir}`],
      script,
      JSON.stringify(order),
    ],
    onReport,
  });
}
