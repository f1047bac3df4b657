/** Progress of a stack, parsed from a line of `cdk deploy --progress events`; undefined for any other line. */
export interface StackProgress {
  readonly stack: string;
  readonly done: number;
  readonly total: number;
}

// `Forestall-local-Data |  3/31 | 3:24:33 AM | CREATE_COMPLETE      | AWS::S3::Bucket | Raw`
const EVENT = /^\s*(\S+) \|\s*(\d+)\/(\d+) \|/;

export const readStackProgress = (line: string): StackProgress | undefined => {
  const [, stack, done, total] = EVENT.exec(line) ?? [];
  return stack === undefined ? undefined : { stack, done: Number(done), total: Number(total) };
};

/** Deployed fraction of all stacks, weighted equally, from the latest event of each. */
export const deployedFraction = (latest: Iterable<StackProgress>, stacks: number): number => {
  let sum = 0;
  for (const { done, total } of latest) sum += total === 0 ? 0 : Math.min(1, done / total);
  return stacks === 0 ? 0 : Math.min(1, sum / stacks);
};
