/** Classifies a changed setting by its name and, if known, its values. */
import type { PlannedSetting } from './planned-resource.ts';

const COSMETIC = /^(Metadata|Tags|Description|AlarmDescription|Comment|DependsOn|AliasName)$/;
const CODE =
  /^(Code|CodeUri|ContentUri|ImageUri|ContainerDefinitions|TaskDefinition|DefinitionString|DefinitionS3Location|DefinitionSubstitutions|FunctionVersion|S3Key|S3Bucket|SourceCodeHash|DeploymentId)$/;
const PLATFORM =
  /^(Runtime|Engine|EngineVersion|ImageId|AmiType|InstanceType|InstanceTypes|DBInstanceClass|CacheNodeType|NodeType|Architectures|PlatformVersion|KubernetesVersion|LaunchTemplate|LaunchTemplateData|DBParameterGroupFamily|Family|RuntimePlatform|ReleaseLabel|Layers)$/;
const CAPACITY =
  /^(DesiredCount|DesiredCapacity|Min(Size|Capacity)|Max(Size|Capacity)|MemorySize|Memory|Cpu|ProvisionedThroughput|(Read|Write)CapacityUnits|ReservedConcurrentExecutions|ProvisionedConcurrency(Config)?|ProvisionedConcurrentExecutions|AllocatedStorage|Iops|StorageThroughput|NumCacheNodes|NumCacheClusters|ReplicasPerNodeGroup|ShardCount|NumberOfNodes|ScalableTargetAction|ServerlessV2ScalingConfiguration|ThrottlingRateLimit|ThrottlingBurstLimit)$/;
const POLICY = /^(DeletionPolicy|UpdateReplacePolicy)$/;
const SWITCH =
  /^(DeletionProtection(Enabled)?|PointInTimeRecovery(Specification)?|StorageEncrypted|Encrypted|MultiAZ|MultiAZEnabled|AutomaticFailoverEnabled|PublicAccessBlockConfiguration|EnableTerminationProtection|DisableApiTermination|AutomaticBackupReplication)$/;
const BACKUPS =
  /^(BackupRetentionPeriod|SnapshotRetentionLimit|AutomatedSnapshotRetentionPeriod|RetentionPeriodHours)$/;

const numbersOf = (text: string | undefined): number[] =>
  ((text ?? '').match(/[\w.]+/g) ?? []).filter((word) => /^\d+(\.\d+)?$/.test(word)).map(Number);

/** Compares numbers pairwise if both versions have the same count of them. */
const isLowered = ({ before, after }: PlannedSetting): boolean => {
  const [old, fresh] = [numbersOf(before), numbersOf(after)];
  return old.length === fresh.length && old.some((value, at) => fresh[at]! < value);
};

const trues = (text: string | undefined): number => (text ?? '').match(/\btrue\b/gi)?.length ?? 0;
const keeps = (text: string | undefined): boolean => /Retain|Snapshot/.test(text ?? '');

export const isCosmetic = ({ name }: PlannedSetting): boolean => COSMETIC.test(name);
export const isCode = (setting: PlannedSetting): boolean => CODE.test(setting.name) || isCosmetic(setting);
export const isPlatform = ({ name }: PlannedSetting): boolean => PLATFORM.test(name);
export const lowersCapacity = (setting: PlannedSetting): boolean =>
  CAPACITY.test(setting.name) && isLowered(setting);

/** `cdk diff` does not show the values of some toggled switches, so such a switch may have been turned off. */
export const weakensProtection = (setting: PlannedSetting): boolean => {
  const { name, before, after } = setting;
  if (POLICY.test(name)) return keeps(before) && !keeps(after);
  if (SWITCH.test(name)) return (before ?? after) === undefined || trues(before) > trues(after);
  if (name === 'VersioningConfiguration') return /Enabled/.test(before ?? '') && !/Enabled/.test(after ?? '');
  return BACKUPS.test(name) && isLowered(setting);
};
