// A backend that does what a test tells it.
import { messageType as t, parseToBackend, type Submit, type ToBackend } from "../../protocol/mod.ts";
import { Peer } from "./coordinator_peer.ts";
import { reverse } from "./coordinator_rig.ts";

/** A connected backend with the rig's kernel open as number 1. */
export interface TestBackend {
  readonly peer: Peer<ToBackend>;
  readonly session: string;
  readonly resumed: boolean;
  /** Submits a task. */
  submit(requestNo: number, input: Uint8Array, fields?: SubmitFields): void;
  /** The answer or refusal of a request. */
  end(requestNo: number): Promise<Extract<ToBackend, { readonly 0: typeof t.answer | typeof t.refusal }>>;
}

/** What a submission says beside its input. */
export interface SubmitFields {
  readonly deadlineMs?: number;
  readonly assets?: readonly Uint8Array[];
  readonly key?: string;
  readonly kernelNo?: number;
  readonly fuelLimit?: number;
  readonly verify?: 0 | 1;
}

/** A submission. */
export function submission(requestNo: number, input: Uint8Array, fields: SubmitFields = {}): Submit {
  const { deadlineMs = 5_000, assets = null, key = null, kernelNo = 1, fuelLimit = null, verify = 0 } =
    fields;
  return [
    t.submit,
    requestNo,
    kernelNo,
    input,
    assets,
    deadlineMs,
    0,
    verify,
    key,
    null,
    fuelLimit,
    null,
    null,
  ];
}

/** Connects a backend; `session` resumes. */
export async function joinBackend(url: string, key: string, session?: string): Promise<TestBackend> {
  const query = session === undefined ? "" : `?session=${session}`;
  const peer = await Peer.open<ToBackend>(
    `${url}/v1/backend${query}`,
    key,
    parseToBackend,
    (message, self) => {
      if (message[0] === t.probe) self.send([t.echo, message[1]]);
    },
  );
  const [, name, resumed] = await peer.first(t.welcome);
  if (!resumed) {
    peer.send([t.openKernel, 1, reverse.id, null]);
    await peer.first(t.kernelOpened);
  }
  return {
    peer,
    session: name,
    resumed,
    submit: (requestNo, input, fields) => peer.send(submission(requestNo, input, fields)),
    end: (requestNo) =>
      peer.until(`end of ${requestNo}`, () => {
        for (const message of peer.received) {
          if ((message[0] === t.answer || message[0] === t.refusal) && message[1] === requestNo) {
            return message;
          }
        }
        return undefined;
      }),
  };
}
