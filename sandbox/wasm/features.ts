// How a feature that does not go with determinism or with bounded memory is refused: by its name and its place.
import { P2c2rError } from "../../protocol/errors.ts";

/** @throws {P2c2rError} bundle.feature, always */
export function refuseFeature(feature: string, where: string): never {
  throw new P2c2rError("bundle.feature", `Cannot use module: it uses ${feature}, in ${where}`);
}
