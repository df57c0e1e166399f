// The project's own lint rules, loaded by `lint.plugins` of deno.json. Names have a–z and hyphens only: the API says so.
import { anyCast } from "./any_cast.ts";
import { computedImport } from "./computed_import.ts";
import { emptyCatch } from "./empty_catch.ts";
import { functionLength } from "./function_length.ts";
import { moduleLet } from "./module_let.ts";
import { pure } from "./pure.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "pure": pure,
    "module-let": moduleLet,
    "any-cast": anyCast,
    "empty-catch": emptyCatch,
    "computed-import": computedImport,
    "function-length": functionLength,
  },
};

export default plugin;
