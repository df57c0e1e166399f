// What the pages promise must be there: links lead somewhere, commands exist, records are numbered.
import { anchorsOf, linksOf } from "./markdown.ts";
import { folderOf } from "./source_files.ts";

/** Everything the rules look at, read beforehand. */
export interface Tree {
  /** All files, as paths from the root. */
  readonly files: ReadonlySet<string>;
  /** Pages by path. */
  readonly pages: ReadonlyMap<string, string>;
  /** The names of `deno task`. */
  readonly tasks: ReadonlySet<string>;
  /** Files that may show the pinned Deno, by path. */
  readonly pins: ReadonlyMap<string, string>;
  /** The Deno version of `.ci/run`. */
  readonly pinnedDeno: string;
}

/** Links into the tree that lead nowhere. */
export function brokenLinks({ files, pages }: Tree): string[] {
  const folders = new Set([...files].flatMap(ancestors));
  const anchors = new Map<string, Set<string>>();
  const anchorsAt = (page: string) => {
    const known = anchors.get(page) ?? anchorsOf(pages.get(page) ?? "");
    anchors.set(page, known);
    return known;
  };
  return [...pages].flatMap(([page, text]) =>
    linksOf(text).flatMap(({ line, target }) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
      const [path = "", anchor] = target.split("#", 2);
      const file = path === "" ? page : resolveFrom(page, path);
      if (!files.has(file) && !folders.has(file)) {
        return [`${page}:${line} links to ${target}, which does not exist`];
      }
      if (
        anchor === undefined || !pages.has(file) || anchorsAt(file).has(decodeURIComponent(anchor))
      ) return [];
      return [`${page}:${line} links to ${target}: ${file} has no such heading`];
    })
  );
}

/** Commands in the pages, in fences and in prose, that the project does not have. */
export function unknownCommands({ pages, tasks }: Tree): string[] {
  return [...pages].flatMap(([page, text]) =>
    text.split("\n").flatMap((line, index) => {
      const at = `${page}:${index + 1}`;
      const named = [
        ...line.matchAll(/\bdeno(?:@[\w.]+)? task ([a-z][\w:-]*)/g),
        ...line.matchAll(/\bdeno(?:@[\w.]+)? run ([a-z][\w:-]*)(?=[\s`]|$)/g),
      ].map((match) => match[1] ?? "");
      return named.filter((task) => !tasks.has(task)).map((task) =>
        `${at} names deno task ${task}, which does not exist`
      );
    })
  );
}

/** Places that name another Deno than the pinned one. */
export function otherPins({ pins, pinnedDeno }: Tree): string[] {
  return [...pins].flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => {
      const named = [...line.matchAll(/(?:\bdeno[@:]|\bDENO_VERSION=)(\d[\w.]*)/g)].map((match) =>
        match[1] ?? ""
      );
      return named.filter((version) => version !== pinnedDeno).map((version) =>
        `${path}:${index + 1} names Deno ${version}, .ci/run pins ${pinnedDeno}`
      );
    })
  );
}

/** Decision records are `docs/adr/NNNN-title.md`, counted from 0001 without a gap. */
export function misnumberedRecords({ files }: Tree): string[] {
  const records = [...files].filter((path) => path.startsWith("docs/adr/")).sort();
  return records.flatMap((path, index) => {
    const number = /^docs\/adr\/(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$/.exec(path)?.[1];
    if (number === undefined) return [`${path} is not named NNNN-title.md`];
    const expected = String(index + 1).padStart(4, "0");
    return number === expected ? [] : [`${path} should be number ${expected}`];
  });
}

function resolveFrom(page: string, path: string): string {
  const from = path.startsWith("/") ? [] : folderOf(page).split("/");
  const parts = from.filter((part) => part !== "");
  for (const part of decodeURIComponent(path).split("/")) {
    if (part === "..") parts.length === 0 ? parts.push("..") : parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function ancestors(path: string): string[] {
  const folder = folderOf(path);
  return folder === "" ? [""] : [folder, ...ancestors(folder)];
}
