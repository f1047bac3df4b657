import { MissingPermissionError } from '../../../core/platform/doctor/ports.ts';

const DENIALS = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'UnauthorizedOperation',
]);

/** Services name a denial differently, but word it alike. */
const isDenial = (error: Error): boolean =>
  DENIALS.has(error.name) || /is not authorized to perform/i.test(error.message);

/**
 * Makes one request.
 * @param action permission that it needs, such as `sns:ListSubscriptionsByTopic`
 * @throws MissingPermissionError naming `action`; other failures pass through
 */
export const permitted = async <Answer>(action: string, request: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await request();
  } catch (error) {
    if (error instanceof Error && isDenial(error)) throw new MissingPermissionError(action, error);
    throw error;
  }
};

/** Errors of services about a resource that does not exist. */
const GONE = new Set([
  'NoSuchBucket',
  'NotFoundException',
  'QueueDoesNotExist',
  'ResourceNotFoundException',
  'TableNotFoundException',
]);

export const isGone = (error: unknown): boolean => error instanceof Error && GONE.has(error.name);

/** The answer, or undefined if the resource was deleted. */
export const unlessGone = async <Answer>(request: Promise<Answer>): Promise<Answer | undefined> => {
  try {
    return await request;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

/** Reads all pages of a list. `request` gets the token of the page, undefined for the first. */
export const allPages = async <Item>(
  request: (token: string | undefined) => Promise<{ items: readonly Item[]; next: string | undefined }>,
): Promise<Item[]> => {
  const all: Item[] = [];
  let token: string | undefined;
  do {
    const { items, next } = await request(token);
    all.push(...items);
    token = next;
  } while (token !== undefined);
  return all;
};
