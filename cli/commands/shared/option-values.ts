import { InvalidArgumentError } from 'commander';
import { isTimeZone } from '../../../core/shared/time-zone.ts';

/** Creates a parser of whole numbers from `low` to `high`. */
export const wholeNumber =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
  };

/** Creates a parser of numbers greater than `low` and at most `high`. */
export const numberUpTo =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value > low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a number greater than ${low} and at most ${high}.`);
  };

/** Parses the name of a time zone. */
export const parseZone = (text: string): string => {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError(
    'Expected a name of the IANA time zone database, such as Europe/Berlin or America/New_York.',
  );
};

/** Parses quantile levels such as `0.1,0.5,0.9`; sorted, without duplicates. */
export const parseLevels = (text: string): number[] => {
  const levels = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!levels.every((level) => level > 0 && level < 1)) {
    throw new InvalidArgumentError('Expected numbers between 0 and 1, separated by commas.');
  }
  return [...new Set(levels)].sort((a, b) => a - b);
};
