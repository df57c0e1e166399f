/**
 * The list of assets as the canonical ABI passes it: `count` pairs { ptr: u32 @0, len: u32 @4 } at `list`.
 */

/** Address of the first byte of asset `index`; the caller has checked that `index` is below the count. */
export function assetStart(list: usize, index: u32): usize {
  return load<u32>(list + (<usize>index << 3));
}

/** Size in bytes of asset `index`; the caller has checked that `index` is below the count. */
export function assetSize(list: usize, index: u32): usize {
  return load<u32>(list + (<usize>index << 3), 4);
}
