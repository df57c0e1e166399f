// How often a kernel may cost the worker the cell it runs in. A thread or a process that is gone is replaced at once;
// a kernel that goes on ending them takes time from all others, so past a limit it is not run here any more.

/** So many cells within the window, and the kernel is out. */
export const lostCellsMax = 5;
/** How long a lost cell counts. */
export const lostCellsWindowMs = 10 * 60_000;

/** Counts the cells that kernels have cost. */
export class Restarts {
  /** When, by kernel; the oldest first, never more than the limit. */
  readonly #lostMs = new Map<string, number[]>();
  readonly #unfit = new Map<string, string>();

  /**
   * A kernel has cost a cell.
   *
   * @param name what the kernel is called, for people
   * @returns why it is taken out of service, once; undefined while it stays in
   */
  lost(kernel: string, name: string, nowMs: number): string | undefined {
    if (this.#unfit.has(kernel)) return undefined;
    const since = nowMs - lostCellsWindowMs;
    const lost = [...(this.#lostMs.get(kernel) ?? []).filter((atMs) => atMs > since), nowMs];
    this.#lostMs.set(kernel, lost);
    if (lost.length < lostCellsMax) return undefined;
    const reason = `${name} ended what it runs in ${lost.length} times within ${
      lostCellsWindowMs / 60_000
    } minutes`;
    this.#lostMs.delete(kernel);
    this.#unfit.set(kernel, reason);
    return reason;
  }

  /** Why a kernel is out of service; undefined for one that is not. */
  reason(kernel: string): string | undefined {
    return this.#unfit.get(kernel);
  }
}
