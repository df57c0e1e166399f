// Reads the machine-readable report of `deno test`, so that numbers never come from scraping its prose.

/** How one test ended. */
export interface TestCase {
  readonly file: string;
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
  /** A step inside another test; its failure already fails that test. */
  readonly isStep: boolean;
}

const CASE = /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The tests of a report, in its order. Text inside a failure is escaped there, so no test can forge another. */
export function parseJunit(xml: string): TestCase[] {
  const found = [...xml.matchAll(CASE)].map(([, name = "", file = "", body = ""]) => ({
    file: unescapeXml(file).replace(/^\.\//, ""),
    name: unescapeXml(name),
    result: resultOf(body),
  }));
  const known = new Set(found.map(({ file, name }) => `${file}\n${name}`));
  return found.map((one) => ({ ...one, isStep: isStep(one, known) }));
}

function resultOf(body: string): TestCase["result"] {
  if (/<(failure|error)\b/.test(body)) return "failed";
  return /<skipped\b/.test(body) ? "skipped" : "passed";
}

/** A step is reported as `test > step`; a test may have ` > ` in its own name, so the parent must exist. */
function isStep({ file, name }: { file: string; name: string }, known: ReadonlySet<string>): boolean {
  const parts = name.split(" > ");
  return parts.some((_, index) => known.has(`${file}\n${parts.slice(0, index).join(" > ")}`));
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}
