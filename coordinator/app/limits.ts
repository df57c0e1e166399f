// Limits of the HTTP interface that are not part of the wire.

/** A token bucket: `burst` at once, then `perS` a second. */
export interface Rate {
  readonly burst: number;
  readonly perS: number;
}

/** Rates are per address or per key, times milliseconds, sizes bytes. */
export const appLimits = Object.freeze({
  /** Worker challenges one address may ask for; a fleet behind one address starts together. */
  challengesPerAddress: { burst: 512, perS: 8 } as Rate,
  /** Sessions one address may ask for: each costs a signature check. */
  sessionsPerAddress: { burst: 512, perS: 8 } as Rate,
  /** Refused keys and tokens one address may try. */
  refusalsPerAddress: { burst: 64, perS: 1 } as Rate,
  /** Requests without a key that one address may send to the other open routes. */
  openRequestsPerAddress: { burst: 512, perS: 64 } as Rate,
  /** Files one worker may fetch. */
  blobsPerWorker: { burst: 512, perS: 32 } as Rate,
  /** Uploads of one project. */
  uploadsPerProject: { burst: 512, perS: 64 } as Rate,
  /** Addresses and keys remembered by one limit; beyond, the longest unseen are forgotten. */
  bucketsMax: 65_536,
  /** How long a body may pause, and how long it may take. */
  bodyPauseMsMax: 10_000,
  bodyMsMax: 60_000,
  /** Challenges used up and not yet expired; beyond, new sessions are refused. */
  usedChallengesMax: 65_536,
  /** How long a good API key is believed without asking the store again. */
  keyBelievedMs: 10_000,
  keysBelievedMax: 4_096,
  /** Small JSON bodies: challenges, sessions, administration. */
  smallJsonBytesMax: 16 * 1024,
  projectNameBytesMax: 64,
  inviteNameBytesMax: 64,
  /** Most workers that one invite may let in, and longest time it may be good for. */
  inviteUsesMax: 100_000,
  inviteDaysMax: 3_650,
  /** Most that a project may weigh; 100 is usual. */
  projectWeightMax: 1_000,
  /** Largest single deposit. */
  depositMax: 1_000_000_000_000_000,
});

/** The limits by name, for tests that need smaller ones. */
export type AppLimits = {
  readonly [K in keyof typeof appLimits]: (typeof appLimits)[K] extends Rate ? Rate : number;
};
