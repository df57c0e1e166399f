// What runs in a thread: tasks under the watchdog. It is started without permissions.
import { Servant } from "./servant.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";
import { serveScope } from "./worker_scope.ts";

serveScope(new Servant(createVmWatchdog()));
