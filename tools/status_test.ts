import type { StatusReport } from "../coordinator/app/mod.ts";
import { operatorTokenFile } from "../coordinator/app/secrets.ts";
import { assert } from "../tests/deps.ts";
import { askDeno } from "./child.ts";
import { repositoryRoot } from "./source_files.ts";
import { statusLines } from "./status_text.ts";
import { withTempFolder } from "./temp_folder.ts";

const REPORT: StatusReport = {
  instance: "0192",
  version: "0.1.0",
  health: "well",
  upMs: 3_900_000,
  queue: { inFlight: 3, waiting: 1, inputBytes: 2_097_152, local: { slots: 2, running: 1, waiting: 0 } },
  tasks: {
    perS: 41.26,
    submitted: 12_345,
    answered: 12_340,
    deadlineMet: 0.9987,
    tiers: { peer: 12_000, cloud: 0, local: 300, cache: 40 },
    refused: { "admission.full": 4 },
    repeated: 0,
  },
  trust: {
    checked: 12_000,
    checksFailed: 2,
    rechecked: 600,
    shadows: 100,
    caught: 3,
    revoked: 5,
    revokedUnreachable: 0,
    unjudged: 0,
  },
  scheduling: {
    hedges: 7,
    failovers: 2,
    leasesExpired: 1,
    lateAnswers: 6,
    unknownResults: 0,
    hedgesDenied: 3,
    breakers: {
      peer: { state: "open", opened: 2 },
      cloud: { state: "closed", opened: 0 },
      local: { state: "halfOpen", opened: 1 },
    },
  },
  workers: [{
    id: "1c35422eeb86948e211f49a7b2908a25",
    tier: "peer",
    state: "quarantined",
    software: "p2c2r 0.1.0",
    slots: 2,
    inFlight: 0,
    quota: 1,
    rttMs: 31.4159,
    answered: 1_200,
    reason: "a result was proven wrong",
    quarantinedForMs: 3_000_000,
    kernels: [
      {
        kernel: "pathfind@1.0.0",
        ready: true,
        stage: "trusted",
        progress: 0,
        right: 90,
        wrong: 1,
        problem: null,
      },
      {
        kernel: "physics@1.0.0",
        ready: false,
        stage: "probation",
        progress: 12,
        right: 12,
        wrong: 0,
        problem: "no signer",
      },
    ],
    credit: { claimed: 9, pending: 0, granted: 1_234_567, refused: 3 },
  }],
  backends: { sessions: 1, connected: 1 },
  closes: {},
  ledger: { worker: 1_500_000 },
  memory: { rssBytes: 104_857_600, heapBytes: 10_485_760, cacheBytes: 0 },
};

Deno.test("statusLines() says how tasks went, what was refused, and why a worker has no work", () => {
  const text = statusLines(REPORT).join("\n");
  for (
    const part of [
      "coordinator 0192, version 0.1.0: well, up 65 min",
      "12,345 submitted · 12,340 answered (99.87 % by the deadline) · 41.3/s now",
      "peer 12,000 · cloud 0 · local 300 · cache 40",
      "refused     admission.full 4",
      "1c35422eeb86  quarantined  2",
      "1.234567",
      "7 hedges (3 denied) · 2 failovers",
      "tier peer is passed over (open) · tier local is passed over (being tried)",
      "pathfind@1.0.0 trusted, physics@1.0.0 probation 12",
      "1c35422eeb86: a result was proven wrong (for 50 min more)",
      "1c35422eeb86: physics@1.0.0 is not ready: no signer",
    ]
  ) assert.ok(text.includes(part), `${part}\nis not in\n${text}`);
  assert.ok(!text.includes("closed"));
});

Deno.test("statusLines() of a fresh coordinator claims nothing", () => {
  const tasks = { ...REPORT.tasks, submitted: 0, answered: 0, deadlineMet: null, refused: {} };
  const text = statusLines({ ...REPORT, tasks, workers: [] }).join("\n");
  assert.ok(text.includes("0 submitted · 0 answered · "));
  assert.ok(text.includes("no workers"));
});

/** Runs the command against a coordinator that knows one token. */
async function withCoordinator(work: (origin: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => undefined }, (request) => {
    const isOperator = request.headers.get("authorization") === "Bearer secret-of-the-operator";
    return isOperator ? Response.json(REPORT) : new Response("auth.forbidden", { status: 403 });
  });
  try {
    await work(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

function status(origin: string, ...flags: string[]) {
  const grants = ["--no-prompt", "--allow-net=127.0.0.1", "--allow-read", "--allow-env=P2C2R_OPERATOR_TOKEN"];
  const args = ["run", "--no-check", ...grants, "tools/status.ts", "--coordinator", origin, ...flags];
  return askDeno(repositoryRoot(), args);
}

Deno.test("status.ts asks with the token of the data folder, for people and for programs", async () => {
  await withTempFolder(async (data) => {
    await Deno.writeTextFile(`${data}/${operatorTokenFile}`, "secret-of-the-operator\n");
    await withCoordinator(async (origin) => {
      const people = await status(origin, "--data", data);
      assert.equal(people.code, 0, people.stderr);
      assert.ok(people.stdout.startsWith("coordinator 0192"));
      const programs = await status(origin, "--data", data, "--json");
      assert.deepEqual(JSON.parse(programs.stdout), REPORT);
    });
  });
});

Deno.test("status.ts says in one sentence what is missing: token, coordinator, right, flag", async () => {
  await withTempFolder(async (data) => {
    await withCoordinator(async (origin) => {
      const noToken = await status(origin, "--data", data);
      assert.deepEqual([noToken.code, noToken.stdout], [64, ""]);
      assert.match(noToken.stderr, /operator\.token is not there/);
      await Deno.writeTextFile(`${data}/${operatorTokenFile}`, "guess");
      const forbidden = await status(origin, "--data", data);
      assert.equal(forbidden.code, 69);
      assert.match(forbidden.stderr, /answered 403: auth\.forbidden/);
      assert.equal((await status(origin, "--loud")).code, 64);
    });
    const nobody = await status("http://127.0.0.1:1", "--data", data);
    assert.equal(nobody.code, 69);
    assert.match(nobody.stderr, /is a coordinator running there/);
  });
});
