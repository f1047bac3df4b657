/** Calls of the user pool in the emulator, which checks no signatures. */
export const cognito = async (
  { port }: { readonly port: number },
  action: string,
  input: object,
): Promise<Record<string, unknown>> => {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=x',
    },
    body: JSON.stringify(input),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${body}`);
  return body === '' ? {} : JSON.parse(body);
};
