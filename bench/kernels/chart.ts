// Draws cost against size as an SVG into docs/: one line per series, both axes logarithmic.
import { fileURLToPath } from "node:url";

/** A line of the chart: sizes and what they cost. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [size: number, cost: number])[];
}

/** What is drawn. */
export interface Chart {
  readonly title: string;
  readonly sizeLabel: string;
  readonly costLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 200;
const TOP = 40;
const BOTTOM = 50;
/** Told apart in print and by most colour-blind eyes (Okabe and Ito, 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

/** Writes `docs/<name>.svg`. */
export async function writeChart(name: string, chart: Chart): Promise<void> {
  await Deno.writeTextFile(fileURLToPath(new URL(`../../docs/${name}.svg`, import.meta.url)), svgOf(chart));
}

/** The chart as SVG. */
export function svgOf({ title, sizeLabel, costLabel, series }: Chart): string {
  const sizes = series.flatMap(({ points }) => points.map(([size]) => size));
  const costs = series.flatMap(({ points }) => points.map(([, cost]) => cost));
  const across = axis(sizes, LEFT, WIDTH - RIGHT);
  const up = axis(costs, HEIGHT - BOTTOM, TOP);
  const lines = series.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const path = points.map(([size, cost]) => `${across.at(size)},${up.at(cost)}`);
    const dots = points.map(([size, cost]) =>
      `<circle cx="${across.at(size)}" cy="${up.at(cost)}" r="3" fill="${colour}"/>`
    );
    const y = TOP + 14 + 20 * i;
    return `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>` +
      `${dots.join("")}<text x="${WIDTH - RIGHT + 16}" y="${y}" fill="${colour}">${escaped(name)}</text>`;
  });
  const ticks = [
    ...across.ticks.map((tick) =>
      `<text x="${across.at(tick)}" y="${HEIGHT - BOTTOM + 18}" ${MIDDLE}>${short(tick)}</text>`
    ),
    ...up.ticks.map((tick) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${up.at(tick)}" y2="${up.at(tick)}" stroke="#ddd"/>` +
      `<text x="${LEFT - 8}" y="${up.at(tick) + 4}" text-anchor="end">${short(tick)}</text>`
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="22" font-size="15">${escaped(title)}</text>
${ticks.join("\n")}
${lines.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" ${MIDDLE}>${escaped(sizeLabel)}</text>
<text x="16" y="${HEIGHT / 2}" ${MIDDLE} transform="rotate(-90 16 ${HEIGHT / 2})">${escaped(costLabel)}</text>
</svg>
`;
}

const MIDDLE = 'text-anchor="middle"';

/** A logarithmic axis over the values, with ticks at 1, 2 and 5 of each power of ten, or only at powers. */
function axis(values: readonly number[], from: number, to: number) {
  const least = Math.log(Math.min(...values));
  const span = Math.log(Math.max(...values)) - least || 1;
  const at = (value: number) => Math.round(from + (to - from) * (Math.log(value) - least) / span);
  const powers = Array.from({ length: 32 }, (_, i) => 10 ** (i - 12));
  const inside = (steps: readonly number[]) =>
    powers.flatMap((power) => steps.map((step) => step * power)).filter((tick) =>
      Math.log(tick) >= least - 1e-9 && Math.log(tick) <= least + span + 1e-9
    );
  return { at, ticks: inside([1]).length >= 4 ? inside([1]) : inside([1, 2, 5]) };
}

function short(value: number): string {
  return value >= 1 ? value.toLocaleString("en") : String(Number(value.toPrecision(1)));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
