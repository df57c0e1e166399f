// wasi:filesystem — there are no files. Nothing is opened beforehand and nothing can be opened but from a directory
// that is open, so no handle on one is ever good and to use one is a trap, as WASI defines for bad handles. A program
// behind the preview-1 adapter never gets that far: it finds no directory and reports "bad descriptor" or "no entry".
import { type HostFunction, type Interface, plain, u32, writeList, writing } from "./function.ts";
import type { ResourceKind } from "./handles.ts";

export const preopens: Interface = new Map([
  ["get-directories", writing("", 8, 4, (result) => writeList(result, 0, 4, 0), "realloc")],
]);

/**
 * Methods of `descriptor`: the core parameters behind the handle and before the place of the result.
 * A path or a buffer is an address and a length, a timestamp a case, seconds and nanoseconds.
 */
const DESCRIPTOR: Readonly<Record<string, string>> = {
  "read-via-stream": "i64",
  "write-via-stream": "i64",
  "append-via-stream": "",
  "advise": "i64 i64 i32",
  "sync-data": "",
  "get-flags": "",
  "get-type": "",
  "set-size": "i64",
  "set-times": "i32 i64 i32 i32 i64 i32",
  "read": "i64 i64",
  "write": "i32 i32 i64",
  "read-directory": "",
  "sync": "",
  "create-directory-at": "i32 i32",
  "stat": "",
  "stat-at": "i32 i32 i32",
  "set-times-at": "i32 i32 i32 i32 i64 i32 i32 i64 i32",
  "link-at": "i32 i32 i32 i32 i32 i32",
  "open-at": "i32 i32 i32 i32 i32",
  "readlink-at": "i32 i32",
  "remove-directory-at": "i32 i32",
  "rename-at": "i32 i32 i32 i32 i32",
  "symlink-at": "i32 i32 i32 i32",
  "unlink-file-at": "i32 i32",
  "metadata-hash": "",
  "metadata-hash-at": "i32 i32 i32",
};

export const types: Interface = new Map([
  ...Object.entries(DESCRIPTOR).map(([name, params]) =>
    [`[method]descriptor.${name}`, refused("descriptor", `${params} i32`)] as const
  ),
  ["[method]descriptor.is-same-object", refused("descriptor", "i32", "i32")],
  [
    "[method]directory-entry-stream.read-directory-entry",
    refused("directory-entry-stream", "i32"),
  ],
  // option<error-code>: none; and no handle on an error is ever good
  [
    "filesystem-error-code",
    writing("i32", 2, 1, (_result, { handles }, _guest, args) => {
      handles.get(u32(args, 0), "error");
    }),
  ],
]);

function refused(kind: ResourceKind, params: string, result = ""): HostFunction {
  return plain(`i32 ${params.trim()} -> ${result}`, ({ handles }, _guest, args) => {
    handles.get(u32(args, 0), kind);
    return 0;
  });
}
