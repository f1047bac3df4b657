/**
 * Seeded randomness without shared state. Streams are derived by name, so the numbers drawn for one server never depend
 * on those drawn for another.
 */

const MASK_64 = (1n << 64n) - 1n;
const UINT_32 = 2 ** 32;

/** SplitMix64 (Steele, Lea & Flood 2014): the next state and a well-mixed 64-bit output. */
export const splitMix64 = (state: bigint): { readonly state: bigint; readonly output: bigint } => {
  const next = (state + 0x9e3779b97f4a7c15n) & MASK_64;
  let z = next;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
  return { state: next, output: z ^ (z >> 31n) };
};

/** FNV-1a (64 bits) over the UTF-16 code units of a text. */
const hashText = (text: string): bigint => {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & MASK_64;
  }
  return hash;
};

/** A stream of pseudo-random numbers. */
export interface RandomStream {
  /** 32 random bits as an unsigned integer. */
  nextUint32(): number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Whole number in [0, count). */
  below(count: number): number;
  /** Standard normal. */
  normal(): number;
}

/** xoshiro128** 1.1 (Blackman & Vigna 2018) over four 32-bit words, not all zero. */
export class Xoshiro128 implements RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spare: number | undefined;

  constructor(words: readonly [number, number, number, number]) {
    [this.a, this.b, this.c, this.d] = words;
  }

  nextUint32(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  uniform(): number {
    return this.nextUint32() / UINT_32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Box & Muller (1958); the second of each pair is kept for the next call. */
  normal(): number {
    if (this.spare !== undefined) {
      const kept = this.spare;
      this.spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** The stream with this seed and these names. Equal arguments always give the same numbers. */
export const randomStream = (seed: number, ...names: readonly (string | number)[]): RandomStream => {
  const first = splitMix64(hashText(JSON.stringify([seed, ...names])));
  const second = splitMix64(first.state);
  const low = (value: bigint): number => Number(value & 0xffffffffn);
  const high = (value: bigint): number => Number(value >> 32n);
  return new Xoshiro128([low(first.output), high(first.output), low(second.output), high(second.output)]);
};
