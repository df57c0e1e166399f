// A game that loads: its first tasks go one after the other and have much time, because newcomers prove themselves with
// them, caches and compilers are cold, and trusted compute alone answers.

const loading = { peersInARow: 20, tasksMax: 300, deadlineMs: 1_000 } as const;

/**
 * Asks until so many answers in a row came from peers, or for long enough.
 *
 * @param ask one task with this deadline; resolves with whether a peer answered it
 */
export async function untilPeersAnswer(ask: (deadlineMs: number) => Promise<boolean>): Promise<void> {
  let inARow = 0;
  for (let asked = 0; asked < loading.tasksMax && inARow < loading.peersInARow; asked++) {
    inARow = await ask(loading.deadlineMs) ? inARow + 1 : 0;
  }
}
