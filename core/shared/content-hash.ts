const mix = (hash: number, by: number, code: number): number => Math.imul(hash ^ code, by);

/**
 * A 53-bit hash of a text as 14 hexadecimal digits (cyrb53, public domain). Identifies versions and repetitions; not
 * collision-resistant against an attacker.
 */
export const contentHash = (text: string): string => {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = mix(high, 2654435761, code);
    low = mix(low, 1597334677, code);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(16).padStart(14, '0');
};
