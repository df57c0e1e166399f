// What runs in a thread: tasks under the watchdog. It is started without permissions.
import { Servant } from "./servant.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";
import { warmUp } from "./warm_up.ts";
import { serveScope } from "./worker_scope.ts";

const servant = new Servant(createVmWatchdog());
await warmUp(servant);
serveScope(servant);
