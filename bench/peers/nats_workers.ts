// Connections to a NATS server in one queue group, each answering requests as they come.
import { connect } from "@nats-io/transport-node";
import { answerOf } from "../brokers/order.ts";
import { pack, unpack } from "./nats_batch.ts";

const [port, workers] = Deno.args.map(Number);
const queue = "workers";
const connections = await Promise.all(Array.from({ length: workers! }, async () => {
  const nc = await connect({ servers: `127.0.0.1:${port}` });
  nc.subscribe("echo", {
    queue,
    callback: (_error, message) => void message.respond(answerOf(message.data)),
  });
  nc.subscribe("echo.batch", {
    queue,
    callback: (_error, message) => void message.respond(pack(unpack(message.data).map(answerOf))),
  });
  await nc.flush();
  return nc;
}));
console.log(JSON.stringify({ type: "started" }));
// Whoever started this ends it by closing its standard input.
await Deno.stdin.readable.pipeTo(new WritableStream());
await Promise.all(connections.map((nc) => nc.close()));
