// WebSockets: authenticated first, then upgraded and handed to a gateway.
import { Hono } from "hono";
import { P2c2rError, subprotocol } from "../../protocol/mod.ts";
import { assertUpgrade } from "./caller.ts";
import type { AppContext, AppEnv } from "./gatekeeper.ts";
import { type AppParts, projectOf } from "./parts.ts";

/** GET /v1/worker and /v1/backend. */
export function socketRoutes(parts: AppParts): Hono<AppEnv> {
  const { gatekeeper, joining, workers, backends } = parts;
  return new Hono<AppEnv>()
    .get("/v1/worker", async (c) => {
      assertOpen(parts, c);
      const worker = await gatekeeper.worker(c);
      await joining.assertStands(worker);
      const network = gatekeeper.network(c);
      workers.assertRoom(network);
      return upgrade(parts, c, (socket, resume) => workers.open(socket, { ...worker, network }, resume));
    })
    .get("/v1/backend", async (c) => {
      assertOpen(parts, c);
      const { project, prefix } = await gatekeeper.backend(c);
      backends.assertRoom(project);
      const who = { project: await projectOf(parts, project), keyPrefix: prefix };
      return upgrade(parts, c, (socket, resume) => backends.open(socket, who, resume));
    });
}

function assertOpen(parts: AppParts, c: AppContext): void {
  assertUpgrade(c.req.raw.headers);
  if (parts.health() !== "draining") return;
  throw new P2c2rError("coordinator.draining", "Cannot open session: the coordinator is stopping");
}

function upgrade(
  parts: AppParts,
  c: AppContext,
  open: (socket: WebSocket, resume: string | null) => void,
): Response {
  const resume = c.req.query("session") ?? null;
  const { socket, response } = parts.upgrade(c.req.raw);
  // What is sent before the socket is open would be lost. Its own idle timeout stays off: it closes every socket at
  // once after a long synchronous stretch; the gateways' sweep knows such stretches and looks at silence itself.
  socket.onopen = () => open(socket, resume);
  return response;
}

/** The platform's own WebSockets. @throws P2c2rError `request.invalid` */
export function upgradeSocket(request: Request): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, { protocol: subprotocol, idleTimeout: 0 });
  } catch (cause) {
    throw new P2c2rError("request.invalid", "Cannot open session: the WebSocket handshake is malformed", {
      cause,
    });
  }
}
