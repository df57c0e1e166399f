// What runs in a browser's worker. Nothing in there can stop a call that spins: whoever started the worker ends it.
import { Servant } from "./servant.ts";
import { warmUp } from "./warm_up.ts";
import { serveScope } from "./worker_scope.ts";

const servant = new Servant((work) => work());
await warmUp(servant);
serveScope(servant);
