// What the demo asks a running coordinator as its operator.
import type { StatusReport } from "../../coordinator/app/mod.ts";

/** A coordinator and the right to ask it. */
export interface Operator {
  readonly url: string;
  readonly token: string;
}

/** A project with its first key and credit to spend. */
export interface DemoProject {
  readonly project: string;
  readonly key: string;
}

/** Makes a project with credit. */
export async function makeProject(operator: Operator, microCredits: number): Promise<DemoProject> {
  const made = await ask(operator, "/v1/admin/projects", { name: "demo" }) as DemoProject;
  await ask(operator, `/v1/admin/projects/${made.project}/credit`, { microCredits, idempotencyKey: "demo" });
  return made;
}

/** What the coordinator is doing. */
export async function statusOf(operator: Operator): Promise<StatusReport> {
  return await ask(operator, "/v1/status", undefined) as StatusReport;
}

async function ask({ url, token }: Operator, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(new URL(path, url), {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    throw new Error(`Cannot ask ${path}: status ${response.status}: ${await response.text()}`);
  }
  return await response.json();
}
