// House rules that a line of any file can break: left-over marks, machine paths, host names, silent length.

/** A pattern no file may contain, and what is wrong with it. */
interface Banned {
  readonly pattern: RegExp;
  readonly why: string;
  /** Paths the pattern is fine in. */
  readonly except?: RegExp;
}

const LINES_MAX = 300;
const LENGTH_REASON = "Past 300 lines";

/** Written in parts, so that this file does not break its own rules. */
const MARKS = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|");
const REGISTRY_HOSTS = ["registry\\.n" + "pmjs", "(?:npm|www)?\\.?j" + "sr\\.io", "deb\\.deb" + "ian\\.org"]
  .join("|");

const BANNED: readonly Banned[] = [
  { pattern: new RegExp(`\\b(?:${MARKS})\\b`), why: "a left-over mark: do it, or file it" },
  { pattern: new RegExp(REGISTRY_HOSTS, "i"), why: "the host name of a package registry" },
  { pattern: /(?<![\w.~-])\/(?:work|root|home\/\w+|Users\/\w+)\//, why: "a path of one machine" },
  { pattern: /(?<![\w.~-])\/tmp\/\w/, why: "a path of one machine; ask for a temporary folder" },
  { pattern: /\.\.\/sh[a]red\b/, why: "a path outside the project" },
  {
    pattern: /deno-lint-ignore(?!.*--\s*\S)/,
    why: "an ignored rule without a reason: add `-- why`",
    except: /^tools\/text_rules(_test)?\.ts$/,
  },
];

/** Names under which anything could hide. */
const VAGUE_NAME = /(^|\/)(utils?|helpers?|common|misc)(\.(ts|js|mjs)$|\/)/;

/** What is wrong with the text of a file. */
export function textComplaints(path: string, text: string): string[] {
  const lines = text.split("\n");
  const complaints = lines.flatMap((line, index) =>
    BANNED.filter(({ pattern, except }) => pattern.test(line) && !except?.test(path)).map(({ why }) =>
      `${path}:${index + 1} ${why}`
    )
  );
  if (
    /\.(ts|js|mjs|sh)$/.test(path) && lines.length > LINES_MAX && !firstComment(text).includes(LENGTH_REASON)
  ) {
    complaints.push(`${path} has ${lines.length} lines and no "${LENGTH_REASON}: why" in its first comment`);
  }
  if (/(^|\/)mod\.ts$/.test(path) && !onlyReexports(text)) {
    complaints.push(`${path} does more than re-export`);
  }
  return complaints;
}

/** What is wrong with the name of a file. */
export function nameComplaints(path: string): string[] {
  if (VAGUE_NAME.test(path)) return [`${path} has a name under which anything could hide`];
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/\.(ts|js|mjs)$/.test(name) && !/^[a-z0-9_]+(\.d)?\.[a-z]+$/.test(name)) {
    return [`${path} is not snake_case`];
  }
  return [];
}

/** The comment a file opens with: line comments in a row, or one block. */
export function firstComment(text: string): string {
  const start = text.replace(/^#!.*\n/, "").trimStart();
  return /^(?:\/\/.*\n)+|^\/\*[\s\S]*?\*\/|^(?:#.*\n)+/.exec(`${start}\n`)?.[0] ?? "";
}

function onlyReexports(text: string): boolean {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return code.replaceAll(/export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"[^"]+";?/g, "")
    .trim() === "";
}
