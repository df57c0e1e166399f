export { hostFuel, type HostFunction } from "./function.ts";
export { type GuestPorts } from "./guest.ts";
export { type ResourceKind } from "./handles.ts";
export { type Callable, WasiHost } from "./host.ts";
export { HOST_REALLOC, importName, readImportName } from "./import_names.ts";
export { droppedBy, functionIn, isInterface, isResource, signatureIn } from "./interfaces.ts";
export { type Printed, PRINTED_BYTES_MAX } from "./printed.ts";
export { type TaskIdentity } from "./random.ts";
