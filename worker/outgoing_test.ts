import { setImmediate } from "node:timers";
import { type FromWorker, messageType, parseFromWorker } from "../protocol/mod.ts";
import { assert } from "../tests/deps.ts";
import { ManualClock } from "./_manual_clock.ts";
import { Outgoing } from "./outgoing.ts";

function scripted() {
  const clock = new ManualClock();
  const frames: (readonly FromWorker[])[] = [];
  const socket = {
    bufferedBytes: 0,
    send: (frame: Uint8Array) => void frames.push(parseFromWorker(frame.slice())),
    close: () => Promise.resolve(),
  };
  let overflows = 0;
  const outgoing = new Outgoing(socket, clock, setImmediate, () => overflows++);
  return { clock, frames, socket, outgoing, overflows: () => overflows };
}

const goodbye = (reason: string): FromWorker => [messageType.goodbye, reason];
/** The outbox sends at the end of the turn, in a callback that was queued before this one. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("Outgoing sends what one turn said as one frame", async () => {
  const { outgoing, frames } = scripted();
  outgoing.push(goodbye("a"));
  outgoing.push(goodbye("b"));
  await turn();
  assert.deepEqual(frames, [[goodbye("a"), goodbye("b")]]);
});

Deno.test("Outgoing holds results back while the socket is full, in order, and lets signs of life through", async () => {
  const { outgoing, frames, socket, clock } = scripted();
  socket.bufferedBytes = 2 * 1024 * 1024;
  outgoing.push(goodbye("a"));
  outgoing.push([messageType.echo, 7]);
  await turn();
  assert.deepEqual(frames, [[[messageType.echo, 7]]]);
  socket.bufferedBytes = 0;
  outgoing.push(goodbye("b"));
  await turn();
  assert.equal(frames.length, 1, "b does not overtake a");
  clock.advance(20);
  await turn();
  assert.deepEqual(frames[1], [goodbye("a"), goodbye("b")]);
  assert.equal(clock.waiting, 0);
});

Deno.test("Outgoing.flush() sends what was held back; close() drops it", async () => {
  const { outgoing, frames, socket, clock } = scripted();
  socket.bufferedBytes = 2 * 1024 * 1024;
  outgoing.push(goodbye("a"));
  outgoing.flush();
  assert.deepEqual(frames, [[goodbye("a")]]);
  outgoing.push(goodbye("b"));
  outgoing.close();
  socket.bufferedBytes = 0;
  clock.advance(1_000);
  await turn();
  assert.equal(frames.length, 1);
});

Deno.test("Outgoing gives up on a coordinator that does not read", async () => {
  const { outgoing, socket, overflows } = scripted();
  socket.bufferedBytes = 17 * 1024 * 1024;
  outgoing.push([messageType.probe, 1]);
  await turn();
  assert.equal(overflows(), 1);
});
