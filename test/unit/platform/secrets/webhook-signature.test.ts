import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyRing, KeyVersion } from '../../../../core/platform/secrets/key-ring.ts';
import {
  signWebhook,
  slackMac,
  standardMac,
  verifyWebhook,
  WEBHOOK_WINDOW_SECONDS,
  webhookSecret,
} from '../../../../core/platform/secrets/webhook-signature.ts';

const SECONDS = 1_795_000_000;
const NOW = SECONDS * 1000;
const version = (id: string): KeyVersion => ({ id, key: id.padEnd(64, 'k'), createdAt: 0 });
const ring: KeyRing = { current: version('b'), previous: version('a'), pending: version('c') };
const body = '{"target":"web-1","summary":"deployed 1.4"}';
const signed = (by: string, change: Partial<{ id: string; seconds: number; body: string }> = {}) =>
  signWebhook(version(by), 'acme', { id: 'msg_1', seconds: SECONDS, body, ...change });
const verify = (headers: Record<string, string>, sent = body, tenant = 'acme', now = NOW) =>
  verifyWebhook(ring, tenant, { headers, body: sent }, now);

describe('published examples', () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts
  it('of Standard Webhooks have the published signature', () => {
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const mac = standardMac(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}');
    expect(mac.toString('base64')).toBe('g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  it('of Slack have the published signature', () => {
    const text =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    expect(slackMac('8f742231b10e8888abcd99yyyzzz85a5', '1531420618', text).toString('hex')).toBe(
      'a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    );
  });
});

describe('a signed webhook', () => {
  it.each(['a', 'b', 'c'])('passes with version %s of the ring', (by) => {
    expect(verify(signed(by))).toMatchObject({ id: 'msg_1', version: { id: by } });
  });

  it('passes with one good signature among others, and as bytes', () => {
    const headers = signed('b');
    const several = { ...headers, 'webhook-signature': `v1a,AAAA v1,bad ${headers['webhook-signature']}` };
    expect(verify(several)?.id).toBe('msg_1');
    const bytes = verifyWebhook(ring, 'acme', { headers, body: Buffer.from(body) }, NOW);
    expect(bytes?.id).toBe('msg_1');
  });

  it('passes with the secret that its sender was shown', () => {
    const key = Buffer.from(webhookSecret(version('b'), 'acme').replace('whsec_', ''), 'base64');
    const mac = standardMac(key, 'msg_2', String(SECONDS), body).toString('base64');
    const headers = {
      'webhook-id': 'msg_2',
      'webhook-timestamp': String(SECONDS),
      'webhook-signature': `v1,${mac}`,
    };
    expect(verify(headers)?.id).toBe('msg_2');
  });

  it.each([
    ['with a retired key', signed('z'), body, 'acme'],
    ['of another tenant', signed('b'), body, 'globex'],
    ['with another body', signed('b'), `${body} `, 'acme'],
    ['with another id', { ...signed('b'), 'webhook-id': 'msg_3' }, body, 'acme'],
    ['with another time', { ...signed('b'), 'webhook-timestamp': String(SECONDS + 1) }, body, 'acme'],
    ['without an id', { ...signed('b'), 'webhook-id': '' }, body, 'acme'],
    ['with an id that is too long', signed('b', { id: 'x'.repeat(129) }), body, 'acme'],
    ['with an id of several lines', signed('b', { id: 'a\nb' }), body, 'acme'],
    ['with a time that is no number', signed('b', { seconds: Number.NaN }), body, 'acme'],
    ['without a signature', { ...signed('b'), 'webhook-signature': '' }, body, 'acme'],
    ['of another scheme', { ...signed('b'), 'webhook-signature': 'v2,AAAA' }, body, 'acme'],
    ['without headers', {}, body, 'acme'],
  ])('is refused %s', (_, headers, sent, tenant) => {
    expect(verify(headers as Record<string, string>, sent, tenant)).toBeUndefined();
  });

  it.each([
    [-WEBHOOK_WINDOW_SECONDS, true],
    [WEBHOOK_WINDOW_SECONDS, true],
    [-WEBHOOK_WINDOW_SECONDS - 1, false],
    [WEBHOOK_WINDOW_SECONDS + 1, false],
  ])('%i seconds away from our clock passes: %s', (away, passes) => {
    expect(verify(signed('b', { seconds: SECONDS + away })) !== undefined).toBe(passes);
  });

  it('is tried with few signatures only', () => {
    const headers = signed('b');
    const many = `${'v1,bad '.repeat(5)}${headers['webhook-signature']}`;
    expect(verify({ ...headers, 'webhook-signature': many })).toBeUndefined();
  });

  it('is refused, and never fails, whatever its headers are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (id, time, signature) => {
        const standard = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature };
        const slack = { 'x-slack-request-timestamp': time, 'x-slack-signature': signature };
        return verify(standard) === undefined && verify(slack) === undefined;
      }),
    );
  });
});

describe('a webhook signed as Slack does', () => {
  const slack = (by = 'b', seconds = SECONDS) => ({
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': `v0=${slackMac(webhookSecret(version(by), 'acme'), String(seconds), body).toString('hex')}`,
  });

  it('passes, and has the same id each time', () => {
    const verified = verify(slack());
    expect(verified?.id).toMatch(/^slack-[0-9a-f]{64}$/);
    expect(verify(slack('a'))?.id).toBe(verified?.id);
    expect(verify(slack('a', SECONDS + 1))?.id).not.toBe(verified?.id);
  });

  it.each([
    ['with a retired key', slack('z')],
    ['that is too old', slack('b', SECONDS - 301)],
    [
      'with upper-case digits',
      { ...slack(), 'x-slack-signature': slack()['x-slack-signature'].toUpperCase() },
    ],
  ])('is refused %s', (_, headers) => {
    expect(verify(headers)).toBeUndefined();
  });
});
