// What the core keeps is bounded by what is going on, and its own lists agree with each other.
import type { State } from "../../../coordinator/scheduler/mod.ts";
import { keep, type Rule } from "./rule.ts";

/** Heaps sweep out what is stale when it may be more than half; below this they do not bother. */
const SLACK = 300;
const LOOK_EVERY = 64;

/** Watches over the size and the shape of the state. */
export class Memory implements Rule {
  #events = 0;

  after(state: State): void {
    if (++this.#events % LOOK_EVERY !== 0) return;
    const {
      tasks,
      attempts,
      timers,
      workers,
      peers,
      runs,
      merged,
      config,
      cache,
      urgentWaiting,
      windowBytes,
    } = state;
    const going = 5 * tasks.size + 3 * attempts.size + 3 * workers.size + 4 * peers.size * state.kernels.size;
    bounded("timers", timers.size, 2 * going + SLACK);
    bounded("urgent runs", state.urgentRuns.size, 2 * state.urgentWaiting + SLACK);
    bounded("judgements", state.judgementRuns.size, 2 * state.judgementsWaiting + SLACK);
    bounded("runs", runs.size, config.localSlots);
    bounded("tasks", tasks.size, config.queuedTasksMax);
    bounded("urgent runs that wait", urgentWaiting, 2 * tasks.size);
    bounded("window bytes", windowBytes, config.windowsBytesMax);
    bounded("cache bytes", cache.bytes, config.cacheBytesMax);
    for (const leader of merged.values()) {
      keep(!leader.done, "memory", () => `a request waits with task ${leader.spec.task}, which has ended`);
    }
    this.#windows(state);
  }

  finished(state: State): void {
    const { merging, orphans, kernels, peers, workers } = state;
    bounded("merging", merging.size + orphans.length, 0);
    for (const { queued, open, usableSlots, cloudSlots } of kernels.values()) {
      keep(queued.total === 0, "drains", () => `${queued.total} tasks wait for nothing`);
      keep(
        open.every((own, at) => own.openAt === at),
        "memory",
        () => "the list of open workers is mixed up",
      );
      const slots = [...workers.values()].flatMap(({ kernels: of }) => [...of.values()])
        .filter(({ kernel }) => kernel.open === open).reduce((sum, own) => sum + own.usableSlots, 0);
      keep(
        slots === usableSlots + cloudSlots,
        "memory",
        () => `${usableSlots} + ${cloudSlots} slots are counted, ${slots} are there`,
      );
    }
    for (const peer of peers.values()) {
      keep(peer.unjudged === 0, "drains", () => `${peer.id} waits for ${peer.unjudged} judgements`);
      keep(!peer.accused, "drains", () => `${peer.id} is accused and never judged`);
      keep(peer.sessions.size > 0, "memory", () => `${peer.id} has left and is not forgotten`);
    }
  }

  #windows(state: State): void {
    const { windowResults, windowBytesMax } = state.config.trust;
    for (const { windows } of state.peers.values()) {
      for (const { results, bytes } of windows.values()) {
        bounded("results in a window", results.length, windowResults);
        bounded("bytes in a window", bytes, windowBytesMax);
      }
    }
  }
}

function bounded(what: string, size: number, most: number): void {
  keep(size <= most, "memory", () => `${size} ${what}, at most ${most}`);
}
