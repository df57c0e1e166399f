import { assert } from "../../tests/deps.ts";
import type { WorkerStatus } from "../start.ts";
import { jsonReport, plainReport, terminalReport } from "./reports.ts";
import { statusLine } from "./status_line.ts";

const idle: WorkerStatus = {
  worker: "ab".repeat(16),
  coordinator: "http://127.0.0.1:8765",
  slots: 2,
  doing: "waiting",
  reason: "no work for now",
  forMs: null,
  connected: true,
  inHand: 0,
  results: 0,
  failures: 0,
  handedBack: 0,
  discarded: 0,
  kernelsReady: 2,
  kernelsOffered: 2,
  outOfService: [],
  credit: null,
};

Deno.test("statusLine() says what the worker does, why not and until when, what it did and what it earned", () => {
  assert.equal(
    statusLine(idle),
    "waiting: no work for now · 0 done · credit not known yet · http://127.0.0.1:8765",
  );
  assert.equal(
    statusLine({
      ...idle,
      doing: "quarantined",
      reason: "a result was wrong",
      forMs: 3_600_000,
      results: 12,
      failures: 1,
      handedBack: 2,
      discarded: 3,
      credit: { claimed: 1_500_000, pending: 20_000, granted: 1_234_567, refused: 0 },
    }),
    "quarantined: a result was wrong (for 60 min) · 12 done, 1 failed, 2 handed back, 3 too late to deliver · " +
      "credit 1.234567 granted, 0.02 pending, 0.00 refused of 1.50 claimed · http://127.0.0.1:8765",
  );
  const outOfService = ["probe 1.0.0 ended what it runs in 5 times within 10 minutes"];
  assert.match(
    statusLine({ ...idle, outOfService }),
    /^waiting: no work for now · out of service: probe 1\.0\.0 ended what it runs in 5 times within 10 minutes · 0 done/,
  );
  assert.match(
    statusLine({ ...idle, doing: "computing", reason: "", inHand: 3 }),
    /^computing 3 on 2 slots · /,
  );
});

Deno.test("plainReport() writes a state when it changes, and counts once a minute", () => {
  let nowMs = 0;
  const lines: string[] = [];
  const report = plainReport((text) => lines.push(text), () => nowMs);
  report.status(idle);
  report.status({ ...idle, results: 5 });
  assert.equal(lines.length, 1);
  nowMs = 60_000;
  report.status({ ...idle, results: 5 });
  report.status({ ...idle, results: 5, doing: "paused" });
  report.statusNow({ ...idle, results: 5, doing: "paused" });
  assert.equal(lines.length, 4);
});

Deno.test("jsonReport() writes one object per line, a status only when it changed", () => {
  const lines: string[] = [];
  const report = jsonReport((text) => lines.push(text));
  report.status(idle);
  report.status({ ...idle });
  report.say("warning", "two\nlines");
  assert.deepEqual(lines.map((line) => [line.endsWith("\n"), JSON.parse(line)]), [
    [true, { type: "status", ...idle }],
    [true, { type: "said", level: "warning", text: "two\nlines" }],
  ]);
});

Deno.test("terminalReport() keeps one line of status below what is said, no wider than the terminal", () => {
  let screen = "";
  const report = terminalReport((text) => screen += text, () => 30);
  report.status(idle);
  report.status(idle);
  assert.equal(screen, "\r\x1b[Kwaiting: no work for now · 0…");
  screen = "";
  report.say("info", "Connected.");
  report.end();
  assert.equal(screen, "\r\x1b[KConnected.\nwaiting: no work for now · 0…\r\x1b[K");
});
