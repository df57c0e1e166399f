// A small line chart as SVG: logarithmic across, linear upwards, for pages of docs/.

/** A line: its name and its points. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const width = 640;
const height = 320;
const left = 70;
const right = 20;
const top = 44;
const bottom = 48;
const colours = ["#1f6feb", "#d1242f", "#1a7f37", "#8250df"];

/** Draws it. `x` and `y` name the axes; x values are above 0. */
export function lineChart(title: string, x: string, y: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const decades = [
    Math.floor(Math.log10(Math.min(...all.map(([at]) => at)))),
    Math.ceil(Math.log10(Math.max(...all.map(([at]) => at)))),
  ];
  const [first, last] = decades as [number, number];
  const most = niceAbove(Math.max(...all.map(([, value]) => value)));
  const acrossOf = (at: number) => left + (Math.log10(at) - first) / (last - first) * (width - left - right);
  const upOf = (value: number) => height - bottom - value / most * (height - top - bottom);
  const parts: string[] = [];
  for (let decade = first; decade <= last; decade++) {
    const at = acrossOf(10 ** decade);
    parts.push(line(at, top, at, height - bottom, "#8884"));
    parts.push(text(at, height - bottom + 18, `10${superscript(decade)}`, "middle"));
  }
  for (let step = 0; step <= 4; step++) {
    const value = most * step / 4;
    parts.push(line(left, upOf(value), width - right, upOf(value), "#8884"));
    parts.push(text(left - 8, upOf(value) + 4, value.toLocaleString("en"), "end"));
  }
  for (const [no, { name, points }] of lines.entries()) {
    const colour = colours[no % colours.length]!;
    const path = points.map(([at, value]) => `${acrossOf(at).toFixed(1)},${upOf(value).toFixed(1)}`).join(
      " ",
    );
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [at, value] of points) {
      parts.push(
        `<circle cx="${acrossOf(at).toFixed(1)}" cy="${upOf(value).toFixed(1)}" r="3" fill="${colour}"/>`,
      );
    }
    parts.push(text(left + 8, top + 16 + 18 * no, name, "start", colour));
  }
  parts.push(text(width / 2, height - 8, x, "middle"), text(left - 60, top - 8, y, "start"));
  parts.push(text(width / 2, 18, title, "middle"));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  const at = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<line x1="${at[0]}" y1="${at[1]}" x2="${at[2]}" y2="${at[3]}" stroke="${colour}"/>`;
}

function text(x: number, y: number, value: string, anchor: string, colour = "#333"): string {
  return `<text x="${x.toFixed(1)}" y="${
    y.toFixed(1)
  }" text-anchor="${anchor}" fill="${colour}">${value}</text>`;
}

/** 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 8, 10].map((factor) => factor * power).find((each) => each >= value) ?? 10 * power;
}

function superscript(decade: number): string {
  return [...`${decade}`].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? digit).join("");
}
