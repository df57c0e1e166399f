/**
 * Path lengths: a straight and b diagonal steps are a + b·√2 long, and because √2 is irrational only equal
 * counts are equally long. With a + b ≤ 2^22 two different lengths differ by at least 1 / (|a − a'| + |b −
 * b'|·√2) > 2^-24, and a float made from the integers is wrong by less than 2^-28. So floats compare exactly
 * as long as they are computed from the counts and never added up.
 */

const SQRT_2: f64 = 1.4142135623730951;

/** The length as a float. */
@inline
export function lengthOf(straight: u32, diagonal: u32): f64 {
  return <f64>straight + <f64>diagonal * SQRT_2;
}
