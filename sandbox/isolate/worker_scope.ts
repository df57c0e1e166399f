// What a thread of Deno's and a browser's worker have in common: messages come as events of the global scope.
import type { CellMessage, RunMessage } from "./messages.ts";
import type { Servant } from "./servant.ts";

/** The part of a dedicated worker's global scope that is used here. */
interface Scope {
  onmessage: ((event: MessageEvent<RunMessage>) => void) | null;
  postMessage(message: CellMessage, transfer?: Transferable[]): void;
}

/** Serves the messages of this global scope; says that it is ready. */
export function serveScope(servant: Servant): void {
  const scope = self as unknown as Scope;
  scope.onmessage = ({ data }) => {
    const outcome = servant.serve(data);
    scope.postMessage({ type: "outcome", outcome }, outcome.type === "output" ? [outcome.output.buffer] : []);
    servant.tidy();
  };
  scope.postMessage({ type: "ready" });
}
