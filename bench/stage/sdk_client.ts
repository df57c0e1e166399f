// Load on a coordinator, through the SDK as a game backend uses it.
import { connect } from "../../sdk/mod.ts";
import { callRoad, serveOrders } from "./load.ts";

const [url = "", apiKey = ""] = Deno.args;
/** Far beyond what a task takes: what is measured is speed, not refusals. */
const deadlineMs = 10_000;

const client = await connect(url, { apiKey });
await serveOrders(callRoad(async (input) => (await client.runRaw("echo", input, { deadlineMs })).output));
await client.close();
