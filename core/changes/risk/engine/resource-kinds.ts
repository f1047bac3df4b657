/** Groups AWS resource types by the risk of changing them. */
export type ResourceKind =
  /** Holds data that cannot be recreated. */
  | 'data'
  | 'key'
  | 'access'
  /** Invokes something else. */
  | 'trigger'
  | 'alarm'
  | 'network-rule'
  | 'routing'
  | 'interface'
  /** A numbered version that every deployment creates by design. */
  | 'edition'
  /** Resources that tools create for themselves. */
  | 'bookkeeping'
  | 'other';

/** First match wins. Types: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/. */
const KINDS: readonly (readonly [ResourceKind, RegExp])[] = [
  ['bookkeeping', /^AWS::CDK::Metadata$|^AWS::CloudFormation::(WaitCondition|WaitConditionHandle)$/],
  ['edition', /^AWS::(Lambda::Version|ApiGateway(V2)?::Deployment|ECS::TaskDefinition)$/],
  [
    'data',
    /^AWS::(DynamoDB::(Table|GlobalTable)|S3(Express|Tables|Vectors)?::(Bucket|DirectoryBucket|TableBucket|Table|VectorBucket)|RDS::(DBInstance|DBCluster|GlobalCluster)|DocDB::DBCluster|DocDBElastic::Cluster|Neptune::DBCluster|NeptuneGraph::Graph|DSQL::Cluster|Cassandra::(Keyspace|Table)|QLDB::Ledger)$/,
  ],
  [
    'data',
    /^AWS::(ElastiCache::(CacheCluster|ReplicationGroup|ServerlessCache)|MemoryDB::Cluster|EFS::FileSystem|FSx::(FileSystem|Volume)|EC2::Volume|Redshift::Cluster|RedshiftServerless::Namespace|OpenSearchService::Domain|OpenSearchServerless::Collection|Elasticsearch::Domain|Timestream::(Database|Table|InfluxDBInstance)|Kinesis::Stream|MSK::(Cluster|ServerlessCluster)|SQS::Queue|AmazonMQ::Broker|Cognito::UserPool|Backup::BackupVault|ECR::Repository|CodeCommit::Repository)$/,
  ],
  ['key', /^AWS::(KMS::(Key|ReplicaKey|Alias)|SecretsManager::|SSM::Parameter$|CloudFront::PublicKey$)/],
  [
    'access',
    /^AWS::(IAM|SSO|RolesAnywhere)::|^AWS::\w+::\w*(BucketPolicy|QueuePolicy|TopicPolicy|ResourcePolicy|EventBusPolicy)$/,
  ],
  [
    'trigger',
    /^AWS::(Lambda::(EventSourceMapping|Permission)|Events::Rule|Scheduler::Schedule|SNS::Subscription|Pipes::Pipe|Logs::SubscriptionFilter|IoT::TopicRule)$/,
  ],
  [
    'alarm',
    /^AWS::(CloudWatch::(Alarm|CompositeAlarm|AnomalyDetector)|ApplicationAutoScaling::|AutoScaling::ScalingPolicy$)/,
  ],
  ['network-rule', /^AWS::EC2::SecurityGroup(Ingress|Egress)?$/],
  [
    'routing',
    /^AWS::(EC2::(VPC|Subnet|Route|NatGateway|InternetGateway|VPCGateway|TransitGateway|NetworkAcl|VPCEndpoint|VPCPeering|EIP|VPN)|ElasticLoadBalancing|Route53|CloudFront::(Distribution|Function)|CertificateManager::|ServiceDiscovery::|GlobalAccelerator::|NetworkFirewall::|WAFv2::|VpcLattice::|AppMesh::)/,
  ],
  ['interface', /^AWS::(ApiGateway|ApiGatewayV2|AppSync)::/],
];

export const kindOf = (type: string): ResourceKind =>
  KINDS.find(([, pattern]) => pattern.test(type))?.[0] ?? 'other';

/** Keys count as data: data encrypted with a deleted key cannot be read. */
export const holdsData = (type: string): boolean =>
  kindOf(type) === 'data' || /^AWS::KMS::(Key|ReplicaKey)$/.test(type);
