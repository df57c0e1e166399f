/** Sizes and offsets of input, materials, output and the padded volume; README.md says what they mean. */

/** Cells along an edge of a chunk, and with the neighbours' cells around it. */
export const SIDE: i32 = 32;
export const PADDED: usize = 34;
export const VOLUME: usize = 34 * 34 * 34;
export const CHUNK_SIZE: usize = 32 * 32 * 32;
export const PLANE_SIZE: usize = 32 * 32;

/** From one cell of the padded volume to the next in each direction, and to the chunk's first. */
export const STEP_X: usize = 1;
export const STEP_Z: usize = 34;
export const STEP_Y: usize = 34 * 34;
export const ORIGIN: usize = 34 * 34 + 34 + 1;

/** Input: merge u8, zeros, cells of the padded volume, light of the six planes around the chunk. */
export const CELLS_OFFSET: usize = 8;
export const PLANES_OFFSET: usize = 8 + 34 * 34 * 34;
export const INPUT_SIZE: usize = 8 + 34 * 34 * 34 + 6 * 32 * 32;

/** Materials: magic, count, one byte each: emission in bits 0 … 3, dimming (15: opaque) in bits 4 … 7. */
export const MATERIALS_MAGIC: u32 = 0x314d3250;
export const MATERIALS_OFFSET: usize = 8;
export const MATERIALS_MAX: u32 = 256;
export const OPAQUE: u32 = 15;

/** Output: twelve counts, quads of eight bytes, the light of the chunk's cells. */
export const FACES: u32 = 6;
export const GROUPS: u32 = 12;
export const COUNTS_SIZE: usize = 48;
export const QUAD_SIZE: usize = 8;

/** Loss of light in a cell through which none goes. */
export const LOSS_ALL: u8 = 255;
export const LIGHT_MAX: u8 = 15;
