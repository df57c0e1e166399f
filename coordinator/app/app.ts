// The HTTP interface as one Hono app. Sockets are handed to the gateways; no frame passes through here.
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { P2c2rError } from "../../protocol/mod.ts";
import { adminRoutes } from "./admin_routes.ts";
import { assetRoutes } from "./asset_routes.ts";
import type { AppEnv } from "./gatekeeper.ts";
import { healthRoutes } from "./health_routes.ts";
import type { AppParts } from "./parts.ts";
import { problemResponse } from "./problem.ts";
import { socketRoutes } from "./socket_routes.ts";
import { taskRoutes } from "./task_routes.ts";
import { workerRoutes } from "./worker_routes.ts";

/** All routes, with errors as problems and nothing cached on the way. */
export function createApp(parts: AppParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  // Whether a host is reached over TLS only is for whoever ends TLS in front of this program to say.
  app.use(secureHeaders({ strictTransportSecurity: false }));
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  app.onError((error) => problemResponse(expected(error, parts.onBug)));
  app.notFound((c) => {
    const { method, path } = c.req;
    return problemResponse(
      new P2c2rError("request.not_found", `Cannot answer ${method} ${path}: there is nothing`),
    );
  });
  for (
    const routes of [
      healthRoutes,
      socketRoutes,
      taskRoutes,
      assetRoutes,
      workerRoutes,
      adminRoutes,
    ]
  ) app.route("/", routes(parts));
  return app;
}

/** What went wrong, as something with a code. What has none is a defect: it is reported, its details are not sent. */
function expected(error: Error, onBug: (error: unknown) => void): P2c2rError {
  if (error instanceof P2c2rError) return error;
  if (error instanceof HTTPException) {
    return new P2c2rError("request.invalid", `Cannot answer request: ${error.message}`, { cause: error });
  }
  onBug(error);
  return new P2c2rError("internal", "Cannot answer request: the coordinator has a defect", { cause: error });
}
