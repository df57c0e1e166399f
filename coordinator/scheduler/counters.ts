// What happened since the start, in numbers: for status, the audit and tests.

/** Counters since the start, for status and the audit. */
export interface Counters {
  submitted: number;
  peer: number;
  cloud: number;
  local: number;
  cached: number;
  deadlineMet: number;
  refused: number;
  checked: number;
  checksFailed: number;
  /** Results that a check refused and trusted compute found right. */
  falseAlarms: number;
  rechecked: number;
  shadows: number;
  wrongCaught: number;
  /** Drawn results that were not served, and results of proven liars that became final, because too much waited to be judged. */
  unjudged: number;
  revoked: number;
  hedges: number;
  /** Wished for, and refused by the budget. */
  hedgesDenied: number;
  failovers: number;
  leasesExpired: number;
  lateAnswers: number;
  trustedFlips: number;
}

/** Nothing happened yet. */
export function noCounters(): Counters {
  return {
    submitted: 0,
    peer: 0,
    cloud: 0,
    local: 0,
    cached: 0,
    deadlineMet: 0,
    refused: 0,
    checked: 0,
    checksFailed: 0,
    falseAlarms: 0,
    rechecked: 0,
    shadows: 0,
    wrongCaught: 0,
    unjudged: 0,
    revoked: 0,
    hedges: 0,
    hedgesDenied: 0,
    failovers: 0,
    leasesExpired: 0,
    lateAnswers: 0,
    trustedFlips: 0,
  };
}
