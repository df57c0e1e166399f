// What runs in a thread: tasks under the watchdog. It is started without permissions.
import { createServant } from "./servant.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";
import { serveScope } from "./worker_scope.ts";

serveScope(createServant(createVmWatchdog()));
