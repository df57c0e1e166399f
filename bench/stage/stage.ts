// A coordinator under measurement with everything around it, as processes: fleets of workers, load generators.
import { coordinatorV8Flags } from "../../tools/coordinator_engine.ts";
import { root } from "../../tools/demo/cast.ts";
import type { Crew, Member, Report } from "../../tools/demo/crew.ts";
import { makeProject } from "../../tools/demo/operator.ts";
import type { Figures, Order } from "./order.ts";
import { cpuUs, Generator, startUntil } from "./processes.ts";

/** Resident memory, and of it what JavaScript holds once garbage is collected. */
export interface Memory {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
}

/** A coordinator that is measured. */
export interface StagedCoordinator {
  readonly pid: number;
  readonly member: Member;
  readonly url: string;
  /** The first project's. */
  readonly key: string;
  readonly token: string;
  /** Who signed its kernel: a public key in hex. */
  readonly signer: string;
  memory(): Promise<Memory>;
  tasks(): Promise<Report>;
}

/** How it is started. */
export interface CoordinatorSettings {
  /** Without ledger and audit. */
  readonly unbooked?: boolean;
  /** Flags of `deno run`, such as `--inspect`. */
  readonly flags?: readonly string[];
}

const credit = 1_000_000_000_000_000;

/** Starts one with a data folder of its own; it ends with the crew. */
export async function startStagedCoordinator(
  crew: Crew,
  folder: string,
  name: string,
  { unbooked = false, flags = [] }: CoordinatorSettings = {},
): Promise<StagedCoordinator> {
  const answers: PromiseWithResolvers<Report>[] = [];
  const { member, report } = await startUntil(
    crew,
    name,
    [
      ...[
        "-A",
        `--v8-flags=--expose-gc,${coordinatorV8Flags}`,
        ...flags,
        `${root}bench/stage/coordinator.ts`,
      ],
      ...["--folder", `${folder}/${name}`, "--books", unbooked ? "off" : "on"],
    ],
    "listening",
    (later) => answers.shift()?.resolve(later),
  );
  const ask = async (line: string): Promise<Report> => {
    const answer = Promise.withResolvers<Report>();
    answers.push(answer);
    await member.tell(line);
    return await answer.promise;
  };
  return {
    pid: member.pid,
    member,
    url: String(report["url"]),
    key: String(report["key"]),
    token: String(report["token"]),
    signer: String(report["signer"]),
    memory: async () => await ask("memory") as unknown as Memory,
    tasks: () => ask("tasks"),
  };
}

/** Starts so many worker connections in one process; resolves when all are ready for work. */
export async function startFleet(
  crew: Crew,
  name: string,
  url: string,
  workers: number,
  window = 8,
): Promise<Member> {
  const { member } = await startUntil(crew, name, [
    ...["-A", `${root}bench/stage/fleet.ts`, "--url", url],
    ...["--workers", String(workers), "--window", String(window)],
  ], "started");
  return member;
}

/** Starts a load generator that spreads its tasks over one connection per key. */
export function startLoad(
  crew: Crew,
  name: string,
  url: string,
  keys: readonly string[],
): Promise<Generator> {
  return Generator.start(crew, name, ["-A", `${root}bench/stage/lean_client.ts`, url, ...keys]);
}

/** More projects, each with credit; answers their keys. */
export async function makeProjects(
  operator: Pick<StagedCoordinator, "url" | "token">,
  count: number,
): Promise<readonly string[]> {
  const keys: string[] = [];
  while (keys.length < count) keys.push((await makeProject(operator, credit)).key);
  return keys;
}

/** What V8 needs until it has compiled a coordinator's way of a task for good: before, a task costs it up to twice as much. */
const warmUpMs = 6_000;

/** Loads a coordinator that has just been started until it is warm. `--quick` has no time for that. */
export async function warmUp(generator: Generator, quick: boolean): Promise<void> {
  const pace = { type: "closed", depth: 256 } as const;
  await generator.run({
    inputBytes: 180,
    outputBytes: 100,
    pace,
    warmMs: 0,
    measureMs: quick ? 200 : warmUpMs,
  });
}

/** What one order came to, and what the coordinator spent on it. */
export interface StageFigures extends Figures {
  readonly coordinatorUs: number;
  /** How much of a core each took. */
  readonly coordinatorCore: number;
  readonly clientCore: number;
}

/** Carries out an order and looks at what its processes used meanwhile. */
export async function measureOrder(
  coordinator: Pick<StagedCoordinator, "pid">,
  generator: Generator,
  order: Order,
): Promise<StageFigures> {
  const before = [cpuUs(coordinator.pid), cpuUs(generator.member.pid)];
  const startMs = performance.now();
  const figures = await generator.run(order);
  const tookUs = (performance.now() - startMs) * 1000;
  const [coordinatorUs, clientUs] = [
    cpuUs(coordinator.pid) - before[0]!,
    cpuUs(generator.member.pid) - before[1]!,
  ];
  return {
    ...figures,
    coordinatorUs: coordinatorUs / figures.answered,
    coordinatorCore: coordinatorUs / tookUs,
    clientCore: clientUs / tookUs,
  };
}
