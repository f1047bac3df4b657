import type * as z from 'zod';
import { cutText, MAX_SHOWN_ITEMS, MAX_SHOWN_NAME } from './text.ts';

const MAX_MESSAGE = 300;

/** One field that does not match its schema. */
export interface Issue {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** `points.3.value`; for unknown fields, their names. */
const fieldOf = ({ path, ...issue }: z.core.$ZodIssue): string => {
  const steps = path.length > 0 ? path.map((step) => cutText(String(step), MAX_SHOWN_NAME)).join('.') : '';
  const unknown = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys : [];
  const names = unknown.slice(0, MAX_SHOWN_ITEMS).map((key) => cutText(String(key), MAX_SHOWN_NAME));
  return steps === '' ? names.join(', ') : steps;
};

const messageOf = ({ message, ...issue }: z.core.$ZodIssue): string =>
  'keys' in issue && Array.isArray(issue.keys) && issue.keys.length > MAX_SHOWN_ITEMS
    ? `${issue.keys.length} unknown fields`
    : cutText(message, MAX_MESSAGE);

/** The first issues, cut: a schema reports as many as the input has faults, each with names of the sender's choice. */
export const issuesOf = ({ issues }: z.ZodError): Issue[] =>
  issues.slice(0, MAX_SHOWN_ITEMS).map((issue) => ({
    field: fieldOf(issue),
    code: issue.code ?? 'invalid',
    message: messageOf(issue),
  }));

/** The first issues as one line of text for an error message. */
export const describeIssues = (error: z.ZodError): string => {
  const shown = issuesOf(error).map(({ field, message }) =>
    field === '' ? message : `${field}: ${message}`,
  );
  const more = error.issues.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
};
