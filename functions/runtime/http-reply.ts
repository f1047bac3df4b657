/** Response of a function to API Gateway (payload format 2.0). */
export class HttpReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;

  constructor(
    statusCode: number,
    headers: Readonly<Record<string, string>>,
    body: string,
    isBase64Encoded = false,
  ) {
    this.statusCode = statusCode;
    this.headers = { 'cache-control': 'no-store', ...headers };
    this.body = body;
    this.isBase64Encoded = isBase64Encoded;
  }
}

export const jsonReply = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): HttpReply =>
  new HttpReply(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));

export const binaryReply = (status: number, contentType: string, bytes: Uint8Array): HttpReply =>
  new HttpReply(status, { 'content-type': contentType }, Buffer.from(bytes).toString('base64'), true);
