// The page that shows the pictures.
import type { Picture } from "./picture.ts";

/** Writes `index.html` beside the pictures. */
export async function writeIndex(folder: string, pictures: readonly Picture[]): Promise<void> {
  await Deno.writeTextFile(`${folder}/index.html`, pageOf(pictures));
}

/** The page's HTML. */
export function pageOf(pictures: readonly Picture[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>P2C2R gallery</title>
<style>
:root { color-scheme: light dark; --paper: #faf9f5; --ink: #22262c; --soft: #6a7078; --card: #fff; --line: #e3e1da; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e8e6e0; --soft: #9aa0a8; --card: #1f2227; --line: #33373e; }
}
body { margin: 0 auto; max-width: 1320px; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 0; }
p { margin: .35rem 0 0; }
header p, .facts { color: var(--soft); }
figure { margin: 2rem 0 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
img { display: block; width: 100%; height: auto; image-rendering: auto; }
figcaption { padding: 1rem 1.25rem 1.15rem; }
.facts { font-size: .9rem; font-variant-numeric: tabular-nums; }
code { font-size: .92em; }
</style>
</head>
<body>
<header>
<h1>P2C2R gallery</h1>
<p>Every picture is drawn from answers to tasks: by workers, checked before they were served, or by trusted compute
beside the coordinator while the workers are on probation.</p>
</header>
${pictures.map(figureOf).join("\n")}
</body>
</html>
`;
}

function figureOf({ file, title, caption, kernels, tasks, byPeers, seconds }: Picture): string {
  const names = kernels.map((name) => `<code>${escaped(name)}</code>`).join(", ");
  const facts =
    `${names}: ${tasks.toLocaleString("en")} tasks, ${byPeers.toLocaleString("en")} by workers, ` +
    `${seconds.toFixed(1)} s`;
  return `<figure>
<img src="${escaped(file)}" alt="${escaped(`${title}. ${caption}`)}">
<figcaption><h2>${escaped(title)}</h2><p>${escaped(caption)}</p><p class="facts">${facts}</p></figcaption>
</figure>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
