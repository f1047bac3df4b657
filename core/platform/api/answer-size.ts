/** Sizes of answers. The response of a Lambda function may have 6 MB; a larger one reaches the caller as 502. */

/** The largest answer: what API Gateway and the headers add must fit, too. */
export const MAX_ANSWER_BYTES = 5_500_000;

/** Lists end at this size, with a cursor: what the answer adds to its items is less than the rest. */
export const MAX_LIST_BYTES = 3_000_000;

/** The size of a value as JSON. */
export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The first values whose JSON fits into `maxBytes` together. */
export const fitting = <Value>(values: readonly Value[], maxBytes: number): readonly Value[] => {
  let bytes = 0;
  const end = values.findIndex((value) => {
    bytes += jsonBytes(value) + 1;
    return bytes > maxBytes;
  });
  return end < 0 ? values : values.slice(0, end);
};
