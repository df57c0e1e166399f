// What V8 is told for a coordinator (docs/adr/0025).

/**
 * Halves of the young generation of 4 MiB instead of 16: answers that can still be taken back live for seconds and are
 * copied out of it whatever its size, so that a small one costs little more and stops the event loop for two milliseconds
 * where a large one stops it for six to twenty.
 */
export const coordinatorV8Flags = "--max-semi-space-size=4";
