import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { awsEnvironment, emulatorEnvironment, toolEnvironment } from '../../../local/emulator/environment.ts';

const inherited = {
  PATH: '/usr/bin',
  HOME: '/home/me',
  AWS_PROFILE: 'production',
  AWS_SESSION_TOKEN: 'secret',
  AWS_ENDPOINT_URL_DYNAMODB: 'https://dynamodb.eu-west-1.amazonaws.com',
  UNSET: undefined,
};

describe('environment of a local run', () => {
  it('points every AWS client at the loopback port', () => {
    const environment = awsEnvironment(4570);
    expect(environment.AWS_ENDPOINT_URL).toBe('http://localhost:4570');
    expect(environment.AWS_ENDPOINT_URL_S3).toBe('http://127.0.0.1:4570');
  });

  it('contains none of the AWS settings of the machine, so that it cannot reach a real account', () => {
    const names = Object.keys(toolEnvironment('/p', 4570, inherited)).filter((name) =>
      name.startsWith('AWS_'),
    );
    expect(new Set(names)).toEqual(
      new Set([...Object.keys(awsEnvironment(4570)), 'AWS_EC2_METADATA_DISABLED']),
    );
  });

  it("puts the project's Node.js first on PATH and keeps the rest", () => {
    const environment = toolEnvironment('/p', 4570, inherited);
    expect(environment.PATH).toBe([join('/p', 'node_modules', '.bin'), '/usr/bin'].join(delimiter));
    expect(environment.HOME).toBe('/home/me');
    expect('UNSET' in environment).toBe(false);
  });

  it('reaches the emulator past the proxy of the machine, if it has one', () => {
    const proxied = { HTTP_PROXY: 'http://proxy:3128', NO_PROXY: 'internal', no_proxy: '' };
    expect(toolEnvironment('/p', 4570, proxied)).toMatchObject({
      HTTP_PROXY: 'http://proxy:3128',
      NO_PROXY: 'internal,localhost,127.0.0.1',
      no_proxy: 'internal,localhost,127.0.0.1',
    });
    expect(toolEnvironment('/p', 4570, {})).toMatchObject({ NO_PROXY: 'localhost,127.0.0.1' });
  });

  it('binds the emulator to the loopback address and opens no other listener', () => {
    expect(emulatorEnvironment('/p', 4570, '/tmp/x', inherited)).toMatchObject({
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: '4570',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      TMPDIR: '/tmp/x',
      STATE_DIR: '/tmp/x/state',
    });
  });
});
