export { hostFuel, type HostFunction } from "./function.ts";
export { type GuestPorts } from "./guest.ts";
export { type ResourceKind } from "./handles.ts";
export { type Callable, WasiHost } from "./host.ts";
export { functionIn, isInterface, isResource } from "./interfaces.ts";
export { type Printed, PRINTED_BYTES_MAX } from "./printed.ts";
export { type TaskIdentity } from "./random.ts";
