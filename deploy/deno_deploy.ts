// The coordinator on Deno Deploy (`deploy` in deno.json). The platform grants everything, chooses the address and the
// version of Deno, may run several instances, and gives five seconds after SIGINT. It takes
// no unstable options, so threads cannot be started without permissions. Without Postgres, which comes later,
// the store is this instance's memory.
import { fileURLToPath } from "node:url";
import { runCoordinator } from "../coordinator/main.ts";

console.log(
  "No Postgres yet: accounts, keys, trust and credit live in this instance's memory. They end with it, " +
    `and other instances do not see them: this is a trial. Deno ${Deno.version.deno}.`,
);
const data = fileURLToPath(new URL("../data", import.meta.url));
const terms = ["--memory", "--plain-threads", "--host", "0.0.0.0", "--port", "8000"];
Deno.exit(await runCoordinator([...terms, "--data", data]));
