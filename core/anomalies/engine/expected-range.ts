import { finite } from '../../shared/maths/finite.ts';

/** The values within `width` of a centre. For the largest numbers both may have overflowed; the range is finite. */
export const rangeAround = (centre: number, width: number): { lower: number; upper: number } => {
  const middle = finite(centre);
  return { lower: finite(middle - width), upper: finite(middle + width) };
};
