import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  ConflictError,
  DependencyUnavailableError,
  errorFrom,
  ForestallError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../core/shared/errors.ts';

describe('deliberate errors', () => {
  // State machines and the API match on these texts.
  it.each([
    ['InvalidInputError', new InvalidInputError('no')],
    ['ConflictError', new ConflictError('no')],
    ['DependencyUnavailableError', new DependencyUnavailableError('no')],
    ['UnreadableItemError', new UnreadableItemError('run acme', 'no')],
    ['ConfigurationError', new ConfigurationError('no')],
  ])('%s keeps its name when minification renames its class', (name, error) => {
    expect(error.name).toBe(name);
    expect(error).toBeInstanceOf(ForestallError);
    expect(String(error)).toMatch(new RegExp(`^${name}: .*no$`));
  });

  it('carry their cause only if there is one', () => {
    const cause = new Error('before');
    expect(new InvalidInputError('no', { cause }).cause).toBe(cause);
    expect(new UnreadableItemError('run acme', 'no', cause).cause).toBe(cause);
    for (const error of [
      new InvalidInputError('no'),
      new InvalidInputError('no', { field: 'limit' }),
      new UnreadableItemError('run acme', 'no'),
    ])
      expect(Object.hasOwn(error, 'cause')).toBe(false);
  });

  it('name the field or the item at fault', () => {
    expect(new InvalidInputError('no', { field: 'limit' }).field).toBe('limit');
    expect(new InvalidInputError('no').field).toBeUndefined();
    const unreadable = new UnreadableItemError('run acme', 'it is not JSON');
    expect(unreadable.item).toBe('run acme');
    expect(unreadable.message).toBe('run acme cannot be read: it is not JSON');
  });
});

describe('errorFrom', () => {
  it('keeps an error as it is', () => {
    const error = new ConflictError('lost');
    expect(errorFrom(error)).toBe(error);
  });

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [7, '7'],
  ])('wraps a thrown %j', (thrown, message) => {
    expect(errorFrom(thrown)).toMatchObject({ message, cause: thrown });
  });
});
