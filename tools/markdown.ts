// The little of Markdown that the docs lint needs: what is code, what is a link, what can be linked to.

/** A link in a page. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

const FENCE = /^\s*(`{3,}|~{3,})/;

/** The lines of a page with fenced blocks, comments and inline code blanked; line numbers stay. */
export function proseLines(markdown: string): string[] {
  let fence: string | undefined;
  const uncommented = markdown.replaceAll(/<!--[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, " "));
  return uncommented.split("\n").map((line) => {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
      return "";
    }
    if (mark !== undefined) {
      fence = mark;
      return "";
    }
    return line.replaceAll(/(`+)(?:(?!\1)[\s\S])+?\1/g, "");
  });
}

/** Inline links, images and link definitions. */
export function linksOf(markdown: string): Link[] {
  return proseLines(markdown).flatMap((line, index) => {
    const inline = [...line.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+["'(][^)]*)?\)/g)];
    const definitions = [...line.matchAll(/^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/g)];
    return [...inline, ...definitions].map((match) => ({ line: index + 1, target: match[1] ?? "" }));
  });
}

/** What `#…` may name in a page: its headings, in the spelling of the usual hosts, and explicit ids. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const fenced = proseLines(markdown);
  markdown.split("\n").forEach((line, index) => {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined || fenced[index] === "") return;
    const slug = slugOf(heading);
    let unique = slug;
    for (let copy = 1; anchors.has(unique); copy++) unique = `${slug}-${copy}`;
    anchors.add(unique);
  });
  for (const match of markdown.matchAll(/<[a-z]+[^>]*\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? "");
  return anchors;
}

function slugOf(heading: string): string {
  const plain = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/<[^>]+>/g, "");
  return plain.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
}
