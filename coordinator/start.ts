// A running coordinator: assembled, listening, and stopped in the reverse order.
import { uuidv7 } from "uuidv7";
import { P2c2rError } from "../protocol/mod.ts";
import {
  type ApiKeys,
  type AppLimits,
  appLimits,
  type Health,
  type JoinPolicy,
  type Secrets,
  type SignerEntry,
  type StatusReport,
  upgradeSocket,
} from "./app/mod.ts";
import { assemble, type Assembly, type AssemblyParts, stopping } from "./assemble.ts";
import { openDoors } from "./doors.ts";
import { type GatewayLimits, gatewayLimits, systemClock, turnEnd } from "./gateway/mod.ts";
import type { InstalledKernel } from "./installed.ts";
import type { Log } from "./log.ts";
import type { Compute } from "./ports.ts";
import { nextWakeMs, type SchedulerConfig, step } from "./scheduler/mod.ts";
import { statusReport } from "./status.ts";
import type { BlobStore, Store } from "./store/mod.ts";

/** What must be known to start; `CoordinatorConfig` has it. */
export interface StartConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly localSlots: number;
  readonly trustProxy: boolean;
  readonly join: JoinPolicy;
  readonly isPublic: boolean;
}

/** What a coordinator is given; whoever opened it closes it after `stop()`. */
export interface StartParts {
  readonly compute: Compute;
  readonly kernels: readonly InstalledKernel[];
  readonly signers: readonly SignerEntry[];
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly secrets: Secrets;
  readonly log: Log;
  /** Other numbers than the usual ones, for tests and experiments. */
  readonly overrides?: {
    readonly scheduler?: Partial<SchedulerConfig>;
    readonly gateway?: Partial<GatewayLimits>;
    readonly app?: Partial<AppLimits>;
    readonly core?: AssemblyParts["core"];
    readonly stopGraceMs?: number;
  };
}

/** A coordinator that listens. */
export interface Running {
  /** `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /** The first project's API key, when this start made one: it is shown once and stored nowhere. */
  readonly firstKey: string | null;
  readonly operatorToken: string;
  status(): Promise<StatusReport>;
  /** Stops admitting, lets tasks in hand finish for a moment, refuses the rest, closes everything, writes the books. */
  stop(): Promise<void>;
  /** Rejects when the core has failed; otherwise stays pending until `stop()` is through. */
  readonly finished: Promise<void>;
}

/** How long tasks in hand may take once the coordinator stops; everything after it takes less than two seconds. */
const STOP_GRACE_MS = 1_500;
/** How long sockets, and then open HTTP requests, may hold up the end. */
const CLOSE_MS = 300;
/** On loopback nobody can flood it with identities, and a few new workers are all there are. */
const amongFriends: Partial<SchedulerConfig> = { youngShareMax: 1 };
const FIRST_PROJECT = "first";
/** What the first project starts with, so that a newcomer's tasks are not refused for want of credit. */
const FIRST_DEPOSIT = 1_000_000_000_000;

/** The ports of the inside that have one right answer outside of simulations. */
const system: Pick<AssemblyParts, "clock" | "wallMs" | "core" | "fillRandom" | "turnEnd"> = {
  clock: systemClock,
  wallMs: Date.now,
  core: { step, nextWakeMs },
  fillRandom: (words) => crypto.getRandomValues(words),
  turnEnd,
};

/** Starts a coordinator. @throws P2c2rError `config.invalid` when it cannot listen, `store.failed` */
export async function startCoordinator(config: StartConfig, parts: StartParts): Promise<Running> {
  const { store, secrets, log, overrides = {} } = parts;
  const startedMs = systemClock.nowMs();
  const instance = uuidv7();
  const finished = Promise.withResolvers<void>();
  let health: Health = "well";
  const limits: AppLimits = { ...appLimits, ...overrides.app };
  const inside = await assemble({
    ...parts,
    instance,
    localSlots: config.localSlots,
    scheduler: { ...(config.isPublic ? {} : amongFriends), ...overrides.scheduler },
    limits: { ...gatewayLimits, ...overrides.gateway },
    ...system,
    core: overrides.core ?? system.core,
    onBroken: (error) => {
      health = "failing";
      inside.desk.drain();
      inside.desk.refuseAll(new P2c2rError("internal", "Cannot answer task: the scheduler has failed"));
      finished.reject(error);
    },
  });
  const healthNow = (): Health =>
    health === "well" && inside.bookkeeper.state !== "well" ? "failing" : health;
  const status = () => statusReport(inside, store.ledger, instance, healthNow(), startedMs);
  for (const { id, weight } of await store.projects.list()) inside.projects.weigh(id, weight);
  const { app, keys } = openDoors({
    ...parts,
    ...config,
    inside,
    instance,
    limits,
    upgrade: upgradeSocket,
    health: healthNow,
    status,
    nowMs: () => systemClock.nowMs(),
    wallMs: Date.now,
  });
  const server = await listen(config, inside, (request, info) => app.fetch(request, info));
  // Only now: a key made before a start that fails would be shown to no one.
  const firstKey = await makeFirstProject(store, inside, keys);
  const { port } = server.addr;
  const url = `http://${urlHost(config.host)}:${port}`;
  log("listening", `Listening on ${url}`, { url, port, instance, firstKey });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    health = "draining";
    stopped ??= stopInside(inside, server, log, overrides.stopGraceMs ?? STOP_GRACE_MS).then(
      finished.resolve,
    );
    return stopped;
  };
  return {
    url,
    port,
    firstKey,
    operatorToken: secrets.operatorToken,
    status,
    stop,
    finished: finished.promise,
  };
}

/** Listens, or gives up what was assembled. */
async function listen(
  config: StartConfig,
  { sweep, shell, bookkeeper }: Assembly,
  handler: Deno.ServeHandler,
): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const { host: hostname, port } = config;
  try {
    return Deno.serve({ hostname, port, onListen: () => {} }, handler);
  } catch (cause) {
    sweep.stop();
    shell.stop();
    await bookkeeper.stop();
    const taken = cause instanceof Deno.errors.AddrInUse;
    const why = taken ? "the port is in use" : cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("config.invalid", `Cannot listen on ${hostname}:${port}: ${why}`, {
      hint: taken ? "Stop the other program, or name another port with --port." : "Name another --host.",
      cause,
    });
  }
}

async function stopInside(
  inside: Assembly,
  server: Deno.HttpServer,
  log: Log,
  graceMs: number,
): Promise<void> {
  const { desk, workers, backends, sweep, shell, bookkeeper } = inside;
  const untilMs = systemClock.nowMs() + graceMs;
  desk.drain();
  workers.drain(graceMs);
  backends.drain(graceMs);
  await within(graceMs, desk.idle());
  desk.refuseAll(stopping());
  const lapsed = await inside.settle(untilMs);
  if (lapsed > 0) {
    log("lapsed", `Credit for ${lapsed} results lapses: there was no time to prove them right`, { lapsed });
  }
  const closed = Promise.all([backends.closeAll(stopping()), workers.closeAll(stopping())]);
  sweep.stop();
  shell.stop();
  // The server's own end closes sockets with another code: it waits for ours.
  await within(CLOSE_MS, closed);
  await within(CLOSE_MS, server.shutdown());
  await bookkeeper.stop();
}

/** Waits for work, but no longer than a time. */
async function within(delayMs: number, work: Promise<unknown>): Promise<void> {
  let callOff = () => {};
  const late = new Promise<void>((resolve) => callOff = systemClock.after(delayMs, resolve));
  await Promise.race([work, late]);
  callOff();
}

/** A store without projects gets one, so that the first task needs no administration. */
async function makeFirstProject(store: Store, inside: Assembly, keys: ApiKeys): Promise<string | null> {
  if ((await store.projects.list()).length > 0) return null;
  const id = uuidv7();
  const { weight } = inside.projects.of(id);
  await store.projects.create({ id, name: FIRST_PROJECT, createdMs: Date.now(), weight });
  await inside.bookkeeper.deposit(id, FIRST_DEPOSIT, "first start");
  return await keys.make(id, Date.now());
}

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
