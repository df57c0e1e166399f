// The inside of a coordinator: core, shell, desk, gateways and bookkeeper, wired to each other and to nothing outside.
import { type Code, P2c2rError } from "../protocol/mod.ts";
import {
  BackendGateway,
  type Clock,
  type ConnectionParts,
  type GatewayLimits,
  HttpTasks,
  KernelTable,
  Projects,
  RateMeter,
  Sweep,
  TaskDesk,
  WorkerGateway,
} from "./gateway/mod.ts";
import type { InstalledKernel } from "./installed.ts";
import { Bookkeeper, priceOf } from "./ledger/mod.ts";
import { describeError, type Log } from "./log.ts";
import type { Compute, Kernel } from "./ports.ts";
import {
  createState,
  explain,
  type Explanation,
  type SchedulerConfig,
  schedulerConfig,
  type SchedulerSnapshot,
  snapshot,
  type State,
  undecided,
} from "./scheduler/mod.ts";
import { type Core, Shell, type ShellParts } from "./scheduler/shell.ts";
import { Assets, type BlobStore, type Store } from "./store/mod.ts";

/** How often a coordinator that stops looks whether all credit is decided. */
const SETTLE_LOOK_MS = 10;

/** What a coordinator is made of. */
export interface AssemblyParts {
  readonly instance: string;
  readonly kernels: readonly InstalledKernel[];
  readonly compute: Compute;
  readonly store: Pick<Store, "assets" | "audit" | "flushes" | "ledger" | "workers">;
  readonly blobs: BlobStore;
  readonly localSlots: number;
  readonly scheduler: Partial<SchedulerConfig>;
  readonly limits: GatewayLimits;
  readonly clock: Clock;
  readonly wallMs: () => number;
  readonly core: Core<State>;
  readonly fillRandom: ShellParts<State>["fillRandom"];
  /** Makes what runs functions once the current turn of the event loop has said what it had to say. */
  readonly turnEnd: (onBug: (error: unknown) => void) => (run: () => void) => void;
  readonly log: Log;
  /** Called once when the core has failed and no answer can be relied on any more. */
  readonly onBroken: (error: unknown) => void;
}

/** A coordinator without its doors to the outside. */
export interface Assembly {
  readonly kernels: KernelTable;
  readonly projects: Projects;
  readonly bookkeeper: Bookkeeper;
  readonly shell: Pick<Shell<unknown>, "stop">;
  readonly desk: TaskDesk;
  readonly tasks: HttpTasks;
  readonly backends: BackendGateway;
  readonly workers: WorkerGateway;
  readonly assets: Assets;
  readonly sweep: Sweep;
  readonly answersPerS: RateMeter;
  readonly snapshot: () => SchedulerSnapshot;
  /** Why a session of a worker has work or has none. */
  readonly explain: (worker: number) => Explanation | undefined;
  /** Before the end: grants what is proven right and proves what it can until then; answers how many results are left undecided. */
  readonly settle: (untilMs: number) => Promise<number>;
  /** Coded closes of connections since the start. */
  readonly closes: Partial<Record<Code, number>>;
  readonly onBug: (error: unknown) => void;
}

/** Puts a coordinator together. @throws P2c2rError `store.failed` */
export async function assemble(parts: AssemblyParts): Promise<Assembly> {
  const { instance, compute, store, blobs, limits, clock, log } = parts;
  const kernels = new KernelTable(parts.kernels);
  const projects = new Projects();
  const assets = new Assets({ index: store.assets, blobs, nowMs: parts.wallMs });
  const bookkeeper = await openBookkeeper(parts, kernels, projects);
  const onBug = (error: unknown) => log("defect", `A defect: ${describeError(error)}`);
  const state = createState(
    schedulerConfig(parts.kernels.map(({ kernel }) => kernel), parts.localSlots, parts.scheduler),
  );
  const defer = parts.turnEnd(onBug);
  const { core, fillRandom, onBroken } = parts;
  const ports = { core, compute, clock, defer, fillRandom, onBroken };
  const shell = new Shell({
    ...ports,
    state,
    outlets: {
      note: (effect) => bookkeeper.note(effect),
      toWorker: (effect) => workers.deliver(effect),
      toBackend: (effect) => {
        desk.toBackend(effect);
        if (effect.type === "revoke") backends.revoke(effect);
      },
    },
  });
  const desk = new TaskDesk({
    shell,
    purse: bookkeeper,
    assetBytes: (project, digest) => assets.bytesOf(project, digest),
    priceOf,
    limits,
  });
  const tasks = new HttpTasks(desk, limits);
  const closes: Assembly["closes"] = {};
  const connections = connectionParts(parts, closes, defer, onBug);
  const common = { shell, kernels, limits, instance };
  const backends = new BackendGateway({
    ...common,
    desk,
    connection: connections(limits.backendFramesPerSweepMax, limits.backendMessagesPerSweepMax),
  });
  const workers = new WorkerGateway({
    ...common,
    connection: connections(limits.workerFramesPerSweepMax, limits.workerMessagesPerSweepMax),
    arrive: (worker) => bookkeeper.arrive(worker),
    credits: (ids) => bookkeeper.credits(ids),
    explain: (worker) => explain(state, clock.nowMs(), worker),
  });
  const answersPerS = new RateMeter(() => desk.counters.answered);
  const sweep = new Sweep(clock, limits, [workers, backends, answersPerS], onBug);
  return {
    kernels,
    projects,
    bookkeeper,
    shell,
    desk,
    tasks,
    backends,
    workers,
    assets,
    sweep,
    answersPerS,
    snapshot: () => snapshot(state),
    explain: (worker) => explain(state, clock.nowMs(), worker),
    settle: (untilMs) => settle(shell, state, clock, untilMs),
    closes,
    onBug,
  };
}

async function settle(shell: Shell<State>, state: State, clock: Clock, untilMs: number): Promise<number> {
  shell.raise({ type: "closing", nowMs: clock.nowMs() });
  while (undecided(state) > 0 && clock.nowMs() < untilMs) {
    await new Promise<void>((resolve) => clock.after(SETTLE_LOOK_MS, resolve));
  }
  return undecided(state);
}

function openBookkeeper(parts: AssemblyParts, kernels: KernelTable, projects: Projects): Promise<Bookkeeper> {
  const kernel = (no: number): Kernel => {
    const found = kernels.at(no);
    if (found === undefined) throw new RangeError(`Cannot find kernel ${no}: there is none`);
    return found;
  };
  return Bookkeeper.open({
    store: parts.store,
    instance: parts.instance,
    project: (no) => projects.idOf(no),
    kernel,
    nowMs: parts.wallMs,
    schedule: (run, delayMs) => parts.clock.after(delayMs, run),
    onState: (state, error) => {
      const why = error === undefined ? "" : `: ${describeError(error)}`;
      parts.log("bookkeeper", `The bookkeeper is ${state}${why}`, { state, code: error?.code ?? null });
    },
  });
}

function connectionParts(
  { clock, limits: { strayPerSweepMax: strayMax } }: AssemblyParts,
  closes: Assembly["closes"],
  defer: ConnectionParts["defer"],
  onBug: (error: unknown) => void,
): (framesMax: number, messagesMax: number) => ConnectionParts {
  return (framesMax, messagesMax) => ({
    flood: { framesMax, messagesMax, strayMax },
    nowMs: () => clock.nowMs(),
    after: (delayMs, run) => clock.after(delayMs, run),
    defer,
    onBug,
    onClose: (code) => closes[code] = (closes[code] ?? 0) + 1,
  });
}

/** Why everything ends when a coordinator stops. */
export function stopping(): P2c2rError {
  return new P2c2rError("coordinator.draining", "Cannot go on: the coordinator is stopping");
}
