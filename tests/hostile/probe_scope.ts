// Runs the probes in a thread, or in a worker of a browser, that is started as a cell is.
import { probe } from "./probes.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<number>) => void;
  postMessage(value: unknown): void;
};
scope.onmessage = async ({ data: port }) => scope.postMessage(await probe(port));
