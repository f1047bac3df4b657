import { DependencyUnavailableError } from './errors.ts';

const MAX_ATTEMPTS = 5;

/**
 * Reads, decides and commits again until no other writer was faster.
 * @throws DependencyUnavailableError if others kept writing
 */
export const untilCommitted = async <Result>(
  what: string,
  attempt: () => Promise<Result | undefined>,
): Promise<Result> => {
  for (let count = 0; count < MAX_ATTEMPTS; count++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new DependencyUnavailableError(`${what} could not be stored: others kept writing`);
};
