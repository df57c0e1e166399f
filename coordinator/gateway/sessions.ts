// The sessions of one kind of peer: found by the name that resumes them, by their number in the core, by their owner.

/** What every session has. */
export interface Session {
  /** Names the session to the peer; unguessable. */
  readonly id: string;
  /** Its number in this process, never used again. */
  readonly no: number;
  /** Who owns it: a worker's id, a project's. */
  readonly owner: string;
}

const SESSION_ID_BYTES = 24;

/** A new session id: 192 random bits. */
export function newSessionId(): string {
  return crypto.getRandomValues(new Uint8Array(SESSION_ID_BYTES)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

/** All sessions, connected or waiting to be resumed. */
export class Sessions<S extends Session> {
  readonly #byId = new Map<string, S>();
  readonly #byNo = new Map<number, S>();
  readonly #byOwner = new Map<string, Set<S>>();

  /** How many there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** All of them, oldest first. */
  all(): Iterable<S> {
    return this.#byId.values();
  }

  /** Remembers a session. */
  add(session: S): void {
    this.#byId.set(session.id, session);
    this.#byNo.set(session.no, session);
    const owned = this.#byOwner.get(session.owner);
    if (owned === undefined) this.#byOwner.set(session.owner, new Set([session]));
    else owned.add(session);
  }

  /** Forgets a session. */
  remove(session: S): void {
    this.#byId.delete(session.id);
    this.#byNo.delete(session.no);
    const owned = this.#byOwner.get(session.owner);
    owned?.delete(session);
    if (owned?.size === 0) this.#byOwner.delete(session.owner);
  }

  /** The session of that name, if it is the owner's: nobody resumes what is not theirs. */
  find(id: string, owner: string): S | undefined {
    const session = this.#byId.get(id);
    return session?.owner === owner ? session : undefined;
  }

  /** The session with that number. */
  at(no: number): S | undefined {
    return this.#byNo.get(no);
  }

  /** The owner's sessions. */
  of(owner: string): ReadonlySet<S> {
    return this.#byOwner.get(owner) ?? nothing;
  }
}

const nothing: ReadonlySet<never> = new Set<never>();
