/** True for an error of Cognito with this name. */
export const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;

/** The result of a call; undefined if Cognito answers it with the error of this name. */
export const unlessNamed = async <Result>(
  name: string,
  call: () => Promise<Result>,
): Promise<Result | undefined> => {
  try {
    return await call();
  } catch (error) {
    if (isNamed(error, name)) return undefined;
    throw error;
  }
};
