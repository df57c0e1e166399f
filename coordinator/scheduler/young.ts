// New identities share a capped part of the traffic: all together, per network and per invite. Making more of them gains nothing.
import type { State, WorkerKernel, WorkerState } from "./state.ts";

/** Workers that may belong to one person: those of a network, of an invite, and all new ones together. */
export interface Group {
  readonly key: string;
  /** Sessions in it. */
  sessions: number;
  /** Attempts of tasks on its workers that are trusted but not yet proven. */
  youngInFlight: number;
}

/** The group of all new identities. */
const everyone = "all";

/** The groups a worker belongs to from the moment it joins. */
export function enterGroups(state: State, network: string, invite: string | null): readonly Group[] {
  const keys = [everyone, `network ${network}`, ...(invite === null ? [] : [`invite ${invite}`])];
  return keys.map((key) => {
    let group = state.groups.get(key);
    if (group === undefined) state.groups.set(key, group = { key, sessions: 0, youngInFlight: 0 });
    group.sessions++;
    return group;
  });
}

/** A worker is gone. */
export function leaveGroups(state: State, { groups }: WorkerState): void {
  for (const group of groups) {
    if (--group.sessions === 0) state.groups.delete(group.key);
  }
}

/** Whether one more task may go to this worker: always, unless it is new and a group of its has its part in hand. */
export function withinPart(state: State, { young, worker }: WorkerKernel): boolean {
  if (!young) return true;
  const { youngShareMax, youngGroupShareMax, youngInFlightMin } = state.config;
  if (youngShareMax >= 1) return true;
  for (const { key, youngInFlight } of worker.groups) {
    const share = key === everyone ? youngShareMax : youngGroupShareMax;
    const floor = key === everyone ? 4 * youngInFlightMin : youngInFlightMin;
    if (youngInFlight >= Math.max(floor, share * state.peerInFlight)) return false;
  }
  return true;
}
