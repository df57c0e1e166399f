// A worker's status in one line: what it does, why not, until when, and what it earned.
import type { WorkerStatus } from "../start.ts";
import { showDuration } from "./duration.ts";

/** The whole status as one line of text. */
export function statusLine(status: WorkerStatus): string {
  const { results, failures, handedBack, discarded, coordinator } = status;
  const counts = [
    `${results} done`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(handedBack > 0 ? [`${handedBack} handed back`] : []),
    ...(discarded > 0 ? [`${discarded} too late to deliver`] : []),
  ];
  const unfit = status.outOfService.length === 0 ? [] : [`out of service: ${status.outOfService.join(", ")}`];
  return [doingText(status), ...unfit, counts.join(", "), creditText(status), coordinator].join(" · ");
}

function doingText({ doing, reason, forMs, inHand, slots }: WorkerStatus): string {
  if (doing === "computing") return `computing ${inHand} on ${slots} slots`;
  const why = reason === "" ? doing : `${doing}: ${reason}`;
  return forMs === null ? why : `${why} (for ${showDuration(forMs)})`;
}

function creditText({ credit }: WorkerStatus): string {
  if (credit === null) return "credit not known yet";
  const { claimed, pending, granted, refused } = credit;
  return `credit ${shown(granted)} granted, ${shown(pending)} pending, ${shown(refused)} refused ` +
    `of ${shown(claimed)} claimed`;
}

/** Micro-credits as credits. */
function shown(microCredits: number): string {
  return (microCredits / 1e6).toFixed(6).replace(/0{1,4}$/, "");
}
