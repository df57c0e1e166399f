// Load on a NATS server through its own library: core request-reply.
import { connect } from "@nats-io/transport-node";
import { callRoad, serveOrders } from "../stage/load.ts";

const [port] = Deno.args;
const nc = await connect({ servers: `127.0.0.1:${port}` });
const timeout = 30_000;

await serveOrders(callRoad(async (input) => (await nc.request("echo", input, { timeout })).data));
await nc.close();
