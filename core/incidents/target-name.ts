const MAX_LENGTH = 128;

/** A name as a target id: each run of characters that an id must not contain becomes `-`, at most 128 characters. */
export const toTargetId = (name: string): string => {
  const allowed = name.replaceAll(/[^A-Za-z0-9._:@-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return allowed.slice(0, MAX_LENGTH) || 'unnamed';
};
