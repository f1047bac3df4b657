/** Responses of SCIM (RFC 7644, sections 3.1 and 3.12). */
import * as z from 'zod';
import { ProblemField } from '../../../core/platform/api/problems.ts';
import { ERROR_SCHEMA, SCIM_TYPES, type ScimType } from '../../../core/platform/api/scim-error.ts';
import { HttpReply } from '../../runtime/http-reply.ts';

const TYPE = { 'content-type': 'application/scim+json' };

const Shown = z.object({ status: z.int(), detail: z.string(), errors: z.array(ProblemField).default([]) });

export const scimReply = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): HttpReply => new HttpReply(status, { ...TYPE, ...headers }, JSON.stringify(body));

export const NO_CONTENT = new HttpReply(204, {}, '');

const isScimType = (code: string | undefined): code is ScimType => SCIM_TYPES.some((type) => type === code);

/** Which detail of the RFC a problem is; undefined for statuses without one. */
const typeOf = ({ status, errors: [first] }: z.infer<typeof Shown>): ScimType | undefined => {
  if (status === 409) return 'uniqueness';
  if (status !== 400) return undefined;
  if (isScimType(first?.code)) return first.code;
  return first?.field === 'body' ? 'invalidSyntax' : 'invalidValue';
};

/** The reply of the API in the format that directories understand: only problem documents change. */
export const inScim = (reply: HttpReply): HttpReply => {
  if (reply.headers['content-type'] !== 'application/problem+json') return reply;
  const problem = Shown.parse(JSON.parse(reply.body));
  const scimType = typeOf(problem);
  const body = { schemas: [ERROR_SCHEMA], status: String(problem.status), scimType, detail: problem.detail };
  return new HttpReply(reply.statusCode, { ...reply.headers, ...TYPE }, JSON.stringify(body));
};
