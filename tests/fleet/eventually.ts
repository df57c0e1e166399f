// Waiting for a condition with a deadline: the only way in which these tests wait.

/** Generous: a busy machine is slow, and a test that fails waits only once. */
const patienceMs = 60_000;
const lookMs = 5;

/** Waits until `found` gives something; what stays away is the test's failure. */
export async function eventually<T>(
  what: string,
  found: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = patienceMs,
): Promise<T> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const value = await found();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > untilMs) throw new Error(`Gave up after ${withinMs} ms waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
