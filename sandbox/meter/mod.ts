export { Gauge, type Reading } from "./gauge.ts";
export { meter, type MeterOptions } from "./meter.ts";
export {
  CHAIN_SLOTS_MAX,
  MACHINE_FAILED,
  METER_EXPORTS,
  METER_VERSION,
  type NanBits,
  RECURSION_SLOTS_MAX,
  RESERVED_PREFIX,
} from "./names.ts";
export { WEIGHTS_VERSION } from "./weights.ts";
