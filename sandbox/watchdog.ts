// The port through which a call gets a limit on wall time. Each platform has its own way to stop a call that spins.

/**
 * Calls `work` and returns what it returns, or throws what it throws. A call that takes longer than `limitMs` is stopped
 * where it stands: kernel.late, and whatever `work` was using must be dropped.
 */
export type Watch = <T>(work: () => T, limitMs: number) => T;
