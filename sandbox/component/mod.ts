export { isCoreModule } from "./component.ts";
export { kernelCore } from "./kernel_core.ts";
