// Load on the echo server: one connection per task in flight.
import { type Ends, type Road, serveOrders } from "../stage/load.ts";
import { answerOf } from "../stage/order.ts";
import { openFrames } from "../stage/socket.ts";

const [port, connections] = Deno.args.map(Number);

async function openRoad(ends: Ends): Promise<Road> {
  const sockets = await Promise.all(Array.from({ length: connections! }, (_, slot) =>
    // An echo has no kernel: the cut that a worker makes is made here, so that all clients check the same.
    openFrames(`ws://127.0.0.1:${port}`, null, (frame) => ends.answered(slot, answerOf(frame)))));
  return { send: (slot, input) => sockets[slot]!.send(input) };
}

await serveOrders(openRoad);
Deno.exit(0);
