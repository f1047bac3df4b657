import type { TenantDirectories } from '../../../core/platform/api/tenant-directories.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { selectStage } from '../../../lib/config/select-stage.ts';
import type { IdentityProvider, StageConfig } from '../../../lib/config/stage-config.ts';

/** The provider that the settings of a stage name; without a stage, nothing is configured. */
export interface ConfiguredProvider {
  readonly provider?: IdentityProvider;
  /** Prefix of the address of the login page. */
  readonly loginDomain?: string | undefined;
  /** The tenant whose people the provider adds. */
  readonly tenant?: string;
  readonly directories: TenantDirectories;
}

/** @throws InvalidInputError if the stage has no such provider, or several and none is named */
export const chooseProvider = (
  { stage, signIn }: StageConfig,
  name: string | undefined,
): ConfiguredProvider => {
  const { providers, loginDomain } = signIn;
  const [provider, ...others] = providers.filter((one) => name === undefined || one.name === name);
  const known = providers.map((one) => one.name).join(', ') || 'none';
  if (name !== undefined && provider === undefined)
    throw new InvalidInputError(`--provider: found ${name}, expected a provider of stage ${stage}: ${known}`);
  if (others.length > 0)
    throw new InvalidInputError(
      `stage ${stage} has several providers: choose one with --provider (${known})`,
    );
  if (provider === undefined) return { loginDomain, directories: {} };
  const { tenant, groups } = provider.provisions ?? {};
  const directory = { provider: provider.name, subject: 'userName', ...(groups && { groups }) } as const;
  return {
    ...{ provider, loginDomain, directories: tenant === undefined ? {} : { [tenant]: directory } },
    ...(tenant === undefined ? {} : { tenant }),
  };
};

/** The provider of a stage in `lib/config`. */
export const providerOf = async (
  stage: string | undefined,
  name: string | undefined,
): Promise<ConfiguredProvider> => {
  if (stage !== undefined) return chooseProvider(selectStage(stage), name);
  if (name !== undefined) throw new InvalidInputError('--provider: expected --stage with it');
  return { directories: {} };
};
