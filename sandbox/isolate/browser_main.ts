// What runs in a browser's worker. Nothing in there can stop a call that spins: whoever started the worker ends it.
import { createServant } from "./servant.ts";
import { serveScope } from "./worker_scope.ts";

serveScope(createServant((work) => work()));
