/** Byte layout of state and output, limits of what is accepted, and the constants of the method. */

/** "PHY1", little-endian. */
export const MAGIC: u32 = 0x31594850;
export const HEADER_SIZE: usize = 48;
export const BODIES_MAX: u32 = 512;
export const CONTACTS_MAX: u32 = 6144;
export const POINTS_MAX: u32 = 16384;
/** Pairs whose swept boxes overlap; a scene with more is refused before any of them is looked at. */
export const PAIRS_MAX: u32 = 16384;

/** Arrays of the body section, f32 each, every one as long as the number of bodies rounded up to four. */
export const MASS: usize = 0;
export const FRICTION: usize = 1;
export const RESTITUTION: usize = 2;
export const HALF: usize = 3;
export const POSITION: usize = 6;
export const ORIENTATION: usize = 9;
export const VELOCITY: usize = 13;
export const SPIN: usize = 16;
export const BODY_ARRAYS: usize = 19;
/** The first array that a step changes. */
export const MOVING_ARRAYS: usize = POSITION;

/** Arrays of the contact section, four bytes per contact; the normal impulses, four bytes per point, follow. */
export const PAIR: usize = 0;
export const CODE: usize = 1;
export const TANGENT1: usize = 2;
export const TANGENT2: usize = 3;
export const TWIST: usize = 4;
export const CONTACT_ARRAYS: usize = 5;

/** What a contact's code packs: the axis in 5 bits, then up to four features of 5 bits each. */
export const AXIS_BITS: u32 = 5;
export const AXIS_MASK: u32 = 31;
export const FEATURE_BITS: u32 = 5;
export const FEATURE_MASK: u32 = 31;
/** Axis of a contact with a sphere. 1 … 3: a face of the first box, 4 … 6: of the second, 7 … 15: two edges. */
export const AXIS_SPHERE: u32 = 0;
export const AXIS_FACE_FIRST: u32 = 1;
export const AXIS_FACE_SECOND: u32 = 4;
export const AXIS_EDGES: u32 = 7;
export const AXIS_LAST: u32 = 15;
/** Features of a face contact: 1 … 4 corners of the incident face, 5 … 20 crossings, 21 … 24 corners of the other. */
export const FEATURE_CROSSING: u32 = 5;
export const FEATURE_CORNER: u32 = 21;
export const FEATURE_LAST: u32 = 24;

/** SI units throughout. */
export const STEP_S: f32 = <f32>(1.0 / 60.0);
export const SUBSTEPS: i32 = 8;
export const SUBSTEP_S: f32 = <f32>(1.0 / 480.0);
export const SUBSTEP_PER_S: f32 = 480.0;

/** Limits of accepted states. What a step gives is clamped to the same, so that every output is an input. */
export const MASS_MIN: f32 = 0.001;
export const MASS_MAX: f32 = 1.0e6;
export const FRICTION_MAX: f32 = 4.0;
export const HALF_MIN: f32 = 0.01;
export const HALF_MAX: f32 = 1000.0;
/** The longest half extent over the shortest, of a body that moves. */
export const HALF_RATIO_MAX: f32 = 100.0;
export const POSITION_MAX: f32 = 10000.0;
export const SPEED_MAX: f32 = 200.0;
export const SPIN_MAX: f32 = 100.0;
export const GRAVITY_MAX: f32 = 100.0;
export const DAMPING_MAX: f32 = 100.0;
export const IMPULSE_MAX: f32 = 68719476736;

/** Two surfaces closer than this, or about to be within the step, get a contact. */
export const MARGIN_M: f32 = 0.02;

/** Impulses keep 18 bits of mantissa: the low six of an f32 are zero, so that every stored bit matters. */
export const IMPULSE_LOW_BITS: u32 = 0x3f;
