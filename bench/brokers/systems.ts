// The systems that are compared: each a process in the middle, a process with all workers, and a process that asks.
import { generateSigner } from "../../sandbox/mod.ts";
import { coordinatorV8Flags } from "../../tools/coordinator_engine.ts";
import { root } from "../../tools/demo/cast.ts";
import type { Crew } from "../../tools/demo/crew.ts";
import { makeProject } from "../../tools/demo/operator.ts";
import { writeEchoBundle } from "../stage/echo_kernel.ts";
import type { Figures, Order } from "../stage/order.ts";
import { cpuUs, freePort, Generator, Server, startUntil } from "../stage/processes.ts";

/** What one order came to, and what the processes spent on it: microseconds of a core per task. */
export interface Measured extends Figures {
  readonly middleUs: number;
  readonly workersUs: number;
  readonly clientUs: number;
  /** How much of a core the middle and the load generator took while it ran: one that nears 1 is what held the rest up. */
  readonly middleCore: number;
  readonly clientCore: number;
}

/** A system that is running. */
export interface System {
  readonly name: string;
  run(order: Order): Promise<Measured>;
}

/** Worker connections, and how many tasks each may have in hand. */
export interface Fleet {
  readonly workers: number;
  readonly window: number;
}

const peersConfig = `${root}bench/peers/deno.json`;
const credit = 1_000_000_000_000;

class Processes implements System {
  constructor(
    readonly name: string,
    readonly middlePid: number,
    readonly workersPid: number | null,
    readonly generator: Generator,
  ) {}

  async run(order: Order): Promise<Measured> {
    const spent = () => [
      cpuUs(this.middlePid),
      this.workersPid === null ? 0 : cpuUs(this.workersPid),
      cpuUs(this.generator.member.pid),
    ];
    const before = spent();
    const startMs = performance.now();
    const figures = await this.generator.run(order);
    const tookUs = (performance.now() - startMs) * 1000;
    const used = spent().map((us, i) => us - before[i]!);
    const [middleUs, workersUs, clientUs] = used.map((us) => us / figures.answered);
    return {
      ...figures,
      middleUs: middleUs!,
      workersUs: workersUs!,
      clientUs: clientUs!,
      middleCore: used[0]! / tookUs,
      clientCore: used[2]! / tookUs,
    };
  }
}

/** What asks a coordinator: the codec and a socket, or the SDK as a game backend has it. */
const clients = { lean: "lean_client.ts", sdk: "sdk_client.ts" } as const;

/**
 * This project, everything switched on, as one system per kind of client. `sandbox`: whole workers whose isolates really
 * run the kernel, instead of a fleet's sessions that answer at once.
 */
export async function startP2c2r(
  crew: Crew,
  folder: string,
  names: Partial<Record<keyof typeof clients, string>>,
  { workers, window }: Fleet,
  sandbox = false,
): Promise<System[]> {
  const [first = ""] = Object.values(names);
  const data = `${folder}/${first}`;
  const bundles = `${data}-bundles`;
  const signer = await generateSigner();
  await writeEchoBundle(bundles, data, signer);
  const coordinator = await startUntil(crew, `${first} coordinator`, [
    ...[
      "-A",
      `--v8-flags=${coordinatorV8Flags}`,
      `${root}coordinator/main.ts`,
      "--port",
      "0",
      "--data",
      data,
      "--bundles",
      bundles,
    ],
    ...["--json", "--exit-on-eof"],
  ], "listening");
  const url = String(coordinator.report["url"]);
  const token = (await Deno.readTextFile(`${data}/operator.token`)).trim();
  const { key } = await makeProject({ url, token }, credit);
  const common = ["--url", url, "--workers", String(workers), "--window", String(window)];
  const { member } = await startUntil(
    crew,
    `${first} workers`,
    sandbox
      ? [
        ...["-A", `${root}bench/stage/sandbox_workers.ts`, ...common, "--folder", `${data}-workers`],
        ...["--signer", signer.publicKey.toHex()],
      ]
      : ["-A", `${root}bench/stage/fleet.ts`, ...common],
    "started",
  );
  const systems: Processes[] = [];
  for (const [client, name] of Object.entries(names) as [keyof typeof clients, string][]) {
    const generator = await Generator.start(crew, `${name} client`, [
      ...["-A", `${root}bench/stage/${clients[client]}`, url, key],
    ]);
    systems.push(new Processes(name, coordinator.member.pid, member.pid, generator));
  }
  await provenTrust(url, token, systems[0]!.generator, workers);
  return systems;
}

/** Offers work until every worker is past its probation: before that it is given shadows only. */
async function provenTrust(url: string, token: string, generator: Generator, workers: number): Promise<void> {
  const untilMs = performance.now() + 120_000;
  for (;;) {
    const pace = { type: "closed", depth: 4 * workers } as const;
    await generator.run({ inputBytes: 180, outputBytes: 100, pace, warmMs: 0, measureMs: 500 });
    const answer = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    const status = await answer.json() as {
      readonly workers: readonly { readonly kernels: readonly { readonly stage: string }[] }[];
    };
    const trusted = status.workers.filter(({ kernels }) => kernels[0]?.stage === "trusted").length;
    if (trusted === workers) return;
    if (performance.now() > untilMs) {
      throw new Error(`${trusted} of ${workers} workers are trusted after two minutes`);
    }
  }
}

/** NATS core request-reply with a queue group: without a library on either side, and the same packed by hand. */
export async function startNats(crew: Crew, stack: AsyncDisposableStack, workers: number): Promise<System[]> {
  const port = freePort();
  const server = stack.use(
    await Server.start("nats-server", ["-a", "127.0.0.1", "-p", String(port)], port),
  );
  const lean = (file: string) => ["-A", `${root}bench/brokers/${file}`, String(port)];
  const workersOf = [...lean("nats_lean_workers.ts"), String(workers)];
  const { member } = await startUntil(crew, "nats workers", workersOf, "started");
  const system = async (name: string, ...flags: string[]) => {
    const program = [...lean("nats_lean_client.ts"), ...flags];
    return new Processes(
      name,
      server.pid,
      member.pid,
      await Generator.start(crew, `${name} client`, program),
    );
  };
  return [await system("nats"), await system("nats batched by hand", "--batched")];
}

/** The same through NATS's own library on both sides, on a server of its own: a queue group has one kind of workers. */
export async function startNatsLibrary(
  crew: Crew,
  stack: AsyncDisposableStack,
  workers: number,
): Promise<System> {
  const port = freePort();
  const server = stack.use(
    await Server.start("nats-server", ["-a", "127.0.0.1", "-p", String(port)], port),
  );
  const program = (
    file: string,
  ) => ["-A", "--config", peersConfig, `${root}bench/peers/${file}`, String(port)];
  const { member } = await startUntil(
    crew,
    "nats.js workers",
    [...program("nats_workers.ts"), String(workers)],
    "started",
  );
  const generator = await Generator.start(crew, "nats.js client", program("nats_client.ts"));
  return new Processes("nats.js", server.pid, member.pid, generator);
}

/** BullMQ on a Redis without persistence. */
export async function startBullmq(
  crew: Crew,
  stack: AsyncDisposableStack,
  { workers, window }: Fleet,
): Promise<System> {
  const port = freePort();
  const server = stack.use(
    await Server.start(
      "redis-server",
      ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no"],
      port,
    ),
  );
  const program = (
    file: string,
  ) => ["-A", "--config", peersConfig, `${root}bench/peers/${file}`, String(port), "tasks"];
  const { member } = await startUntil(
    crew,
    "bullmq workers",
    [...program("bullmq_workers.ts"), String(workers), String(window)],
    "started",
  );
  return new Processes(
    "bullmq",
    server.pid,
    member.pid,
    await Generator.start(crew, "bullmq client", program("bullmq_client.ts")),
  );
}

/** A bare WebSocket server of Deno's that sends every frame back. */
export async function startEcho(crew: Crew, connections: number): Promise<System> {
  const server = await startUntil(
    crew,
    "echo server",
    ["-A", `${root}bench/brokers/echo_server.ts`],
    "listening",
  );
  const port = String(server.report["port"]);
  const generator = await Generator.start(crew, "echo client", [
    ...["-A", `${root}bench/brokers/echo_client.ts`, port, String(connections)],
  ]);
  return new Processes("echo", server.member.pid, null, generator);
}
