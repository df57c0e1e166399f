// The worker as a program: flags and permissions in, one worker, its helper's wishes until it ends.
import { type Code, P2c2rError } from "../protocol/mod.ts";
import { systemClock } from "./clock.ts";
import { parseConfig, type WorkerConfig } from "./config.ts";
import { attend, jsonReport, lowerPriority, plainReport, type Report, terminalReport } from "./guest/mod.ts";
import { commandToRun } from "./permissions.ts";

/** Exit codes as sysexits.h has them; 130 as shells have it for ctrl-C. */
const exitCodes: Partial<Record<Code, number>> = { "worker.untested": 69, "config.invalid": 78 };
const permissionExitCode = 77;
const forcedExitCode = 130;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const parsed = parseConfig(Deno.args, navigator.hardwareConcurrency);
  if (parsed.type === "help") {
    write(parsed.text);
    return 0;
  }
  if (parsed.type === "refused") {
    console.error(parsed.text);
    return parsed.exitCode;
  }
  const command = await commandToRun(parsed.config, Deno.args);
  if (command !== null) {
    console.error(
      `This worker lacks permission for ${parsed.config.coordinator.origin} or its data folder. ` +
        `To allow exactly that, run:\n\n  ${command}\n`,
    );
    return permissionExitCode;
  }
  return await run(parsed.config);
}

async function run(config: WorkerConfig): Promise<number> {
  const report = reportFor(config);
  const trouble = config.lowPriority ? await lowerPriority() : null;
  if (trouble !== null) report.say("info", `Low priority for this process: ${trouble}.`);
  try {
    // Only now: the WebSocket client reads the environment when it is imported, which needs the permissions just checked.
    const { startWorker } = await import("./start.ts");
    const worker = await startWorker(config, { say: report.say });
    const reason = await attend(worker, {
      report,
      input: config.exitOnEof || Deno.stdin.isTerminal() ? Deno.stdin.readable : undefined,
      exitOnEof: config.exitOnEof,
      nowMs: systemClock.nowMs,
      force: () => Deno.exit(forcedExitCode),
    });
    report.say("info", `Ended: ${reason}.`);
    report.end();
    return 0;
  } catch (cause) {
    if (!(cause instanceof P2c2rError)) throw cause;
    report.say("error", `${cause.message}. ${cause.hint}`);
    return exitCodes[cause.code] ?? 1;
  }
}

function reportFor(config: WorkerConfig): Report {
  if (config.json) return jsonReport(write);
  if (Deno.stdout.isTerminal()) return terminalReport(write, () => Deno.consoleSize().columns);
  return plainReport(write, systemClock.nowMs);
}

/** A reader that is gone (a closed pipe) is no reason to stop working. */
function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
  }
}
