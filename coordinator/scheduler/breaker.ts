// One circuit breaker per tier: a tier that mostly fails is left alone for a while, then tried with a few probes.
//
//   state     event                              →  state      what follows
//   closed    bad outcomes reach their share     →  closed     patienceMs begin
//   closed    still so after patienceMs          →  open       nothing is sent for openMs
//   open      openMs pass                        →  halfOpen   so many probes may be sent
//   halfOpen  as many probes came out well       →  closed     openMs is short again
//   halfOpen  one probe came out badly           →  open       openMs doubles, up to its maximum
//   halfOpen  openMs pass without enough answers →  halfOpen   probes may be sent again
//
// After M. Nygard, "Release It!" (circuit breaker).

/** Numbers of a breaker. Times are milliseconds. */
export interface BreakerRules {
  /** Outcomes before a verdict, and the share of bad ones that opens. */
  readonly samplesMin: number;
  readonly badShareMax: number;
  /** For how long the share has to be reached: outcomes of one moment are one event, however many they are. */
  readonly patienceMs: number;
  /** When so many outcomes are counted all counts are halved, so that the last ones decide. */
  readonly samplesMax: number;
  readonly openMs: number;
  readonly openMsMax: number;
  readonly probes: number;
}

/** The usual numbers. */
export const breakerRules: BreakerRules = Object.freeze({
  samplesMin: 20,
  badShareMax: 0.5,
  patienceMs: 50,
  samplesMax: 100,
  openMs: 500,
  openMsMax: 30_000,
  probes: 4,
});

/** A breaker's memory. */
export interface Breaker {
  state: "closed" | "open" | "halfOpen";
  good: number;
  bad: number;
  /** Closed: since when the share of bad outcomes has been reached; Infinity while it is not. */
  badSinceMs: number;
  /** Open: until when. Half open: when probes may be sent anew. */
  untilMs: number;
  openMs: number;
  probesLeft: number;
  /** Times it opened since the start. */
  opened: number;
}

/** A closed breaker that has seen nothing. */
export function createBreaker(rules: BreakerRules): Breaker {
  return {
    state: "closed",
    good: 0,
    bad: 0,
    badSinceMs: Infinity,
    untilMs: 0,
    openMs: rules.openMs,
    probesLeft: 0,
    opened: 0,
  };
}

/** Whether the tier may get work now. */
export function allows(breaker: Breaker, nowMs: number, rules: BreakerRules): boolean {
  if (breaker.state === "closed") return true;
  if (nowMs >= breaker.untilMs) {
    breaker.state = "halfOpen";
    breaker.probesLeft = rules.probes;
    breaker.untilMs = nowMs + breaker.openMs;
    breaker.good = 0;
  }
  return breaker.state === "halfOpen" && breaker.probesLeft > 0;
}

/** The tier got work. */
export function sent(breaker: Breaker): void {
  if (breaker.state === "halfOpen") breaker.probesLeft--;
}

/** Work of the tier came out well. */
export function wentWell(breaker: Breaker, rules: BreakerRules): void {
  if (breaker.state === "open") return;
  breaker.good++;
  if (breaker.state === "closed") {
    if (!isFailing(breaker, rules)) breaker.badSinceMs = Infinity;
    return decay(breaker, rules);
  }
  if (breaker.good < rules.probes) return;
  breaker.state = "closed";
  breaker.openMs = rules.openMs;
  breaker.good = 0;
  breaker.bad = 0;
}

/** Work of the tier came to nothing. Answers whether the breaker opened by it. */
export function wentBadly(breaker: Breaker, nowMs: number, rules: BreakerRules): boolean {
  if (breaker.state === "open") return false;
  breaker.bad++;
  breaker.badSinceMs = isFailing(breaker, rules) ? Math.min(breaker.badSinceMs, nowMs) : Infinity;
  const opens = breaker.state === "halfOpen" || nowMs - breaker.badSinceMs >= rules.patienceMs;
  if (!opens) {
    decay(breaker, rules);
    return false;
  }
  if (breaker.state === "halfOpen") breaker.openMs = Math.min(2 * breaker.openMs, rules.openMsMax);
  breaker.state = "open";
  breaker.untilMs = nowMs + breaker.openMs;
  breaker.good = 0;
  breaker.bad = 0;
  breaker.badSinceMs = Infinity;
  breaker.opened++;
  return true;
}

function isFailing({ good, bad }: Breaker, { samplesMin, badShareMax }: BreakerRules): boolean {
  const seen = good + bad;
  return seen >= samplesMin && bad >= badShareMax * seen;
}

function decay(breaker: Breaker, rules: BreakerRules): void {
  if (breaker.good + breaker.bad < rules.samplesMax) return;
  breaker.good /= 2;
  breaker.bad /= 2;
}
