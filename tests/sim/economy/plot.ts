// The adversary economy as one picture: what gets through, and what it costs, against the share of the hostile.
import type { FleetReport } from "./population.ts";

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly Point[];
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly ticks: readonly number[];
  readonly at: (y: number) => number;
}

const WIDTH = 760;
const HEIGHT = 330;
const BOX = { width: 290, height: 220, top: 56 } as const;
const LEFTS = [70, 450] as const;
const HOSTILE_MAX = 0.5;
/** Below this, nothing is drawn: one wrong result in a million. */
const FLOOR = 1;

/** The picture, as SVG. */
export function plot(fleets: readonly FleetReport[]): string {
  const panels = [wrongPanel(fleets), costPanel(fleets)];
  const body = panels.map((panel, no) => draw(panel, LEFTS[no] ?? 0)).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${body}
</svg>
`;
}

function wrongPanel(fleets: readonly FleetReport[]): Panel {
  const perMillion = (wrong: number, tasks: number) => wrong * 1e6 / tasks;
  const ours = (name: "wrongPerMillion" | "stoodPerMillion") =>
    fleets.map((fleet) => ({
      x: fleet.hostile,
      y: fleet[name].mean,
      low: fleet[name].low,
      high: fleet[name].high,
    }));
  const rival = (name: "boinc" | "twoOfThree") =>
    fleets.map(({ hostile, rivals: { [name]: { wrong, tasks } } }) => ({
      x: hostile,
      y: perMillion(wrong, tasks),
    }));
  return {
    title: "Wrong results per million tasks",
    unit: "",
    ticks: [1, 10, 100, 1_000, 10_000, 100_000],
    at: (y) => Math.log10(Math.max(y, FLOOR)) / 5.3,
    lines: [
      { name: "served", colour: "#1f6feb", points: ours("wrongPerMillion") },
      { name: "never taken back", colour: "#0a3069", points: ours("stoodPerMillion") },
      { name: "BOINC, adaptive", colour: "#bf3989", points: rival("boinc") },
      { name: "two of three", colour: "#9a6700", points: rival("twoOfThree") },
    ],
  };
}

function costPanel(fleets: readonly FleetReport[]): Panel {
  const rival = (name: "boinc" | "twoOfThree") =>
    fleets.map(({ hostile, rivals: { [name]: { extra, tasks } } }) => ({
      x: hostile,
      y: 100 * extra / tasks,
    }));
  const percent = (share: (fleet: FleetReport) => number) =>
    fleets.map((fleet) => ({ x: fleet.hostile, y: 100 * share(fleet) }));
  return {
    title: "Extra computations per task",
    unit: " %",
    ticks: [0, 50, 100, 150, 200],
    at: (y) => y / 210,
    lines: [
      { name: "rechecks", colour: "#1f6feb", points: percent(({ recheckShare }) => recheckShare) },
      {
        name: "with proofs, shadows",
        colour: "#0a3069",
        points: percent(({ recheckShare, proofShare, shadowShare }) =>
          recheckShare + proofShare + shadowShare
        ),
      },
      { name: "BOINC, adaptive", colour: "#bf3989", points: rival("boinc") },
      { name: "two of three", colour: "#9a6700", points: rival("twoOfThree") },
    ],
  };
}

function draw({ title, unit, lines, ticks, at }: Panel, left: number): string {
  const x = (hostile: number) => left + BOX.width * hostile / HOSTILE_MAX;
  const y = (value: number) => BOX.top + BOX.height * (1 - at(value));
  const floor = BOX.top + BOX.height;
  const grid = ticks.map((tick) => {
    const height = y(tick).toFixed(1);
    return `<line x1="${left}" x2="${left + BOX.width}" y1="${height}" y2="${height}" stroke="#ddd"/>` +
      `<text x="${left - 6}" y="${Number(height) + 4}" text-anchor="end">${
        tick.toLocaleString("en-US")
      }${unit}</text>`;
  });
  const shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((hostile) =>
    `<text x="${x(hostile)}" y="${floor + 16}" text-anchor="middle">${Math.round(hostile * 100)} %</text>`
  );
  const drawn = lines.map(({ colour, points }) => {
    const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(" ");
    const bars = points.map(({ x: hostile, low, high }) =>
      low === undefined || high === undefined
        ? ""
        : `<line x1="${x(hostile)}" x2="${x(hostile)}" y1="${y(low).toFixed(1)}" y2="${
          y(high).toFixed(1)
        }" stroke="${colour}"/>`
    );
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${bars.join("")}`;
  });
  const keys = lines.map(({ name, colour }, no) =>
    `<text x="${left + (no % 2) * 150}" y="${
      floor + 36 + 14 * Math.floor(no / 2)
    }" fill="${colour}">— ${name}</text>`
  );
  return [
    `<text x="${left}" y="30" font-size="14" font-weight="bold">${title}</text>`,
    `<text x="${left}" y="45" fill="#555">by the share of hostile identities at work</text>`,
    ...grid,
    ...shares,
    ...drawn,
    ...keys,
  ].join("\n");
}
