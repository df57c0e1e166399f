// Connections to a NATS server in one queue group through its own library, each answering requests as they come.
import { connect } from "@nats-io/transport-node";
import { answerOf } from "../stage/order.ts";

const [port, workers] = Deno.args.map(Number);
const connections = await Promise.all(Array.from({ length: workers! }, async () => {
  const nc = await connect({ servers: `127.0.0.1:${port}` });
  nc.subscribe("echo", {
    queue: "workers",
    callback: (_error, message) => void message.respond(answerOf(message.data)),
  });
  await nc.flush();
  return nc;
}));
console.log(JSON.stringify({ type: "started" }));
// Whoever started this ends it by closing its standard input.
await Deno.stdin.readable.pipeTo(new WritableStream());
await Promise.all(connections.map((nc) => nc.close()));
