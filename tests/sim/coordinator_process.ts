// One run of the coordinator: all of it that is no port, inside and doors, over ports that chance has a hand in.
import { appLimits } from "../../coordinator/app/mod.ts";
import { assemble, type Assembly, type AssemblyParts } from "../../coordinator/assemble.ts";
import { openDoors } from "../../coordinator/doors.ts";
import { gatewayLimits } from "../../coordinator/gateway/mod.ts";
import type { Kernel } from "../../coordinator/ports.ts";
import type { SchedulerConfig, State } from "../../coordinator/scheduler/mod.ts";
import type { Core } from "../../coordinator/scheduler/shell.ts";
import type { MemoryBooks } from "./books.ts";
import type { Process } from "./process.ts";
import { storePort } from "./store_port.ts";
import { trustedCompute } from "./trusted_compute.ts";
import type { Watch } from "./watch/mod.ts";
import type { PortParts } from "./weather.ts";

/** The operator's own token, and what tokens are sealed with: they lie in the data folder and outlive the process. */
export const OPERATOR_TOKEN = "the-operators-own-token-of-simulations";
const SEAL = new Uint8Array(32).fill(7);
/** Stands for 101, which no Response may have. */
export const UPGRADED = 204;

/** What a run is made of. */
export interface CoordinatorParts extends PortParts {
  readonly instance: string;
  readonly kernels: readonly Kernel[];
  readonly localSlots: number;
  readonly scheduler: Partial<SchedulerConfig>;
  readonly books: MemoryBooks;
  readonly watch: Watch;
  /** What its monotone clock stands at when the simulation begins. */
  readonly baseMs: number;
  readonly wallMs: () => number;
  readonly step: Core<State>["step"];
  /** The socket of a request that asks for one. */
  readonly upgrade: (request: Request) => WebSocket;
  readonly isStopping: () => boolean;
  /** A bug came to light, or a promise was broken. */
  readonly onBroken: (error: unknown) => void;
}

/** A process that listens: its inside, and its doors. */
export interface Running {
  readonly inside: Assembly;
  readonly answer: (request: Request, address: string) => Promise<Response>;
}

/** Starts it. Never resolves when the process dies meanwhile. @throws P2c2rError `store.failed` */
export async function startCoordinator(parts: CoordinatorParts): Promise<Running> {
  const { books, instance, isStopping, upgrade, wallMs } = parts;
  const { blobs, ...store } = storePort(parts, books);
  const clock = {
    nowMs: () => parts.baseMs + parts.agenda.nowMs,
    after: (delayMs: number, wake: () => void) => parts.process.after(delayMs, wake),
  };
  const kernels = parts.kernels.map((kernel) => ({
    kernel,
    signature: Uint8Array.of(1),
    files: new Map<string, Uint8Array<ArrayBuffer>>(),
  }));
  const inside = await assemble({ ...platform(parts), instance, kernels, store, blobs, clock, wallMs });
  for (const { id, weight } of await store.projects.list()) inside.projects.weigh(id, weight);
  const { app } = openDoors({
    inside,
    instance,
    kernels,
    signers: [],
    store,
    blobs,
    secrets: { seal: SEAL, operatorToken: OPERATOR_TOKEN },
    join: { mode: "open", bits: 0 },
    trustProxy: false,
    limits: appLimits,
    upgrade: (request) => ({
      socket: upgrade(request),
      response: new Response(null, { status: UPGRADED }),
    }),
    health: () => isStopping() ? "draining" : "well",
    status: () => Promise.reject(new Error("nobody asks for the status")),
    nowMs: clock.nowMs,
    wallMs,
  });
  const answer = async (request: Request, hostname: string) =>
    await app.fetch(request, { remoteAddr: { transport: "tcp", hostname, port: 1 } });
  return { inside, answer };
}

/** What the inside finds on its machine, watched over. */
function platform(parts: CoordinatorParts) {
  const { dice, kernels, localSlots, onBroken, process, scheduler, step, watch } = parts;
  const broken = (error: unknown) => process.alive && onBroken(error);
  return {
    compute: trustedCompute(parts, kernels),
    localSlots,
    scheduler,
    limits: gatewayLimits,
    core: { step, nextWakeMs: (state: State) => watch.nextWakeMs(state) },
    fillRandom: (words: BigUint64Array) => {
      for (const at of words.keys()) words[at] = (BigInt(dice.bits()) << 32n) | BigInt(dice.bits());
    },
    turnEnd: turnEndOf(process),
    log: (type: string, sentence: string) => type === "defect" && broken(new Error(sentence)),
    onBroken: broken,
  };
}

/** All that is put off to the end of one turn happens in one act. */
function turnEndOf(process: Process): AssemblyParts["turnEnd"] {
  const ends: (() => void)[] = [];
  return (onBug) => (run) => {
    ends.push(() => {
      try {
        run();
      } catch (error) {
        onBug(error);
      }
    });
    if (ends.length === 1) process.after(0, () => ends.splice(0).forEach((end) => end()));
  };
}
