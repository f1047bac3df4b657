/**
 * A run of every documented command and npm script. `$NAMES` in a line are filled in by the test; a long command runs in
 * a short form.
 */

/** Command lines of `forestall` on files. */
export const ON_FILES: readonly string[] = [
  'forestall --help',
  'forestall runs --help',
  'node $ROOT/cli/forestall.mjs forecast wave.csv',
  'forestall forecast wave.csv --horizon 12 --quantiles 0.1,0.5,0.9 --zone Europe/Berlin --json',
  'forestall detect wave.csv --precise --light --json',
  'forestall trends month.csv --capacity 100 --uptime uptime --down-below 1 --json',
  'forestall trends hours.csv --totals',
  'forestall assess diff.txt --format cdk-diff --outside-hours --json',
  'forestall assess diff.txt --fail-on high; test $? -eq 3',
  'forestall plan --targets 100 --metrics 5 --cadence 30 --concurrency 4 --tenants 20 --json',
  'forestall plan --hosts 10000 --series-per-host 10 --push 5 --hosts-per-request 50 --spread 60',
  'forestall plan --targets 100 --metrics 5 --measure --quick',
  'forestall simulate --seed 3 --servers 2 --days 1 --step 300 --end now --incidents 1 --missing 0.1 --errors --out fleet --json',
  'forestall diagnose --window window.csv --target target.json --graph graph.csv --normal normal.csv --json',
  'forestall sign-in check --metadata metadata.xml --response response.txt --pool eu-west-1_a1B2c3D4e --domain acme --at 2026-11-29T12:00:00Z --email-attribute email --json',
  'forestall sign-in check --stage prod --metadata metadata.xml',
  // The stage has no provider.
  'forestall sign-in check --stage prod --provider Okta 2>&1 || test $? -eq 2',
  'forestall audit verify --file decisions.jsonl --json',
  'forestall decisions list --remediation r-1 --after 0 --limit 5 --file decisions.jsonl --json',
  'forestall decisions show 1 --file decisions.jsonl --json',
  'forestall decisions replay 2 --file decisions.jsonl --json',
  'forestall policy try policy.json --record decisions.jsonl --approve-all --region eu-west-1 --account 123456789012 --json',
  'forestall bench components --quick --json figures.json',
];

/** Command lines that need a deployment, in this order; each may use what the ones before it left. */
export const ON_A_DEPLOYMENT: readonly string[] = [
  'forestall ingest points.csv --format csv --concurrency 2 --json',
  'forestall ingest wave.csv --target commands-host --metric cpu_percent',
  'forestall runs start --wait --timeout 500 --json',
  'forestall runs list --limit 1 --json',
  'forestall runs show $RUN --json',
  // Forecasts are scored nine hours later.
  'forestall models performance ensemble --from $NOW --to $NOW --metric cpu_percent --profile generic --json || test $? -eq 1',
  'forestall targets --profile generic --search commands --limit 1 --json',
  'forestall breaches --min-probability 0.01 --severity info --target commands-host --limit 5 --json',
  'forestall anomalies list --from 2026-01-01 --to 2036-01-01 --target commands-host --metric cpu_percent --kind behavioural --active --limit 5 --json',
  'forestall assess diff.txt --url $URL --key-file - --target commands-host <<< $KEY',
  'forestall changes record "version 2" --target commands-host --kind deployment --from 1 --to 2 --at $NOW --id commands-2 --plan diff.txt --format cdk-diff --json',
  'forestall changes list --target commands-host --kind deployment --health watching --limit 1 --json',
  'forestall changes show commands-2 --json',
  'forestall incidents list --status open --severity low --limit 5 --json',
  'forestall incidents show $INCIDENT --json',
  'forestall incidents ack $INCIDENT --note seen --json',
  'forestall incidents mitigate $INCIDENT --note restarted --json',
  'forestall incidents resolve $INCIDENT --note done --cause commands-host --fix restarted --json',
  'forestall incidents review $INCIDENT --note read --cause commands-host --fix restarted --json',
  'forestall remediations list --status awaiting-approval --target commands-host --environment shop --limit 1 --json',
  // Nothing was remediated, and keys decide nothing.
  'forestall remediations show r-1 --json || test $? -eq 1',
  'forestall remediations approve r-1 --plan 12345678 --question plan --reason fine --json || test $? -eq 1',
  'forestall remediations reject r-1 --plan 12345678 --reason no --json || test $? -eq 1',
  'forestall remediations reject r-1 --plan 12345678 --question undo --reason no --json || test $? -eq 1',
  'forestall remediations undo r-1 --plan 12345678 --reason slower --json || test $? -eq 1',
  'forestall remediations request scale-out-group auto-scaling-group:web --reason test --act --json || test $? -eq 1',
  'forestall recommendations commands-host --role viewer --skill new --preference careful --json',
  'forestall policy show --json',
  'forestall policy',
  'forestall policy check policy.json',
  // It allows more than no policy.
  'forestall policy set policy.json --json || test $? -eq 1',
  'forestall kill-switch show --json',
  'forestall kill-switch',
  // Without a reason it is refused: other tests need actions.
  'forestall kill-switch on --reason "" --json || test $? -eq 1',
  'forestall kill-switch off --reason test --json || test $? -eq 1',
  'forestall autonomy --json',
  'forestall actions --json',
  'forestall actions scale-out-group',
  'forestall topology declare calls.json --json',
  'forestall topology show --json',
  'forestall topology',
  'forestall settings | tee settings.json',
  'forestall settings set settings.json --json',
  'forestall settings show --json',
  'forestall breakers list --state open --limit 5 --json',
  'forestall keys create commands --scopes ingest,read --expires 30 --json',
  'forestall keys list --created-since 2026-01-01 --limit 5 --json',
  'forestall keys rotate $API_KEY --overlap 24 --json',
  'forestall keys revoke $API_KEY --json',
  'forestall status --json',
  'forestall status',
  'forestall audit verify --stage local --region us-east-1 --tenant commands --json',
  // No remediation of this tenant was decided on.
  'forestall audit export --stage local --region us-east-1 --tenant commands 2>&1 || test $? -eq 2',
  'forestall restore Settings --from $COPY --stage local --region us-east-1 --only-missing --json',
  'forestall restore Settings --from $COPY --stage local --force',
  // Other tests leave dead letters.
  'forestall doctor --stage local --region us-east-1 --json || test $? -eq 3',
];

const THROTTLES =
  'aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Throttles --dimensions Name=FunctionName,Value=commands --start-time 2026-11-21T10:00:00Z --end-time 2026-11-21T11:00:00Z --period 300 --statistics Sum';

/** Waits until no version of the signing secret is pending without being current. */
const UNTIL_ROTATED =
  "(while aws secretsmanager describe-secret --secret-id $SIGNING_SECRET --query VersionIdsToStages | tr -d ' \\n' | grep -qF '[\"AWSPENDING\"]'; do sleep 0.2; done)";

/** Commands of operators: each as documented, and as it runs here. */
export const OF_OPERATORS: Readonly<Record<string, string>> = {
  'tail -f x.csv | forestall detect -': 'tail -n +1 wave.csv | forestall detect -',
  'aws sqs start-message-move-task --source-arn <dead-letter queue ARN>':
    'aws sqs start-message-move-task --source-arn $DEAD_LETTERS | grep TaskHandle',
  'aws lambda invoke --function-name <PlanPeerComparisonFunctionName> --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme","relearn":true}\' /dev/stdout':
    'aws lambda invoke --function-name $PLAN_PEER_COMPARISON --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme","relearn":true}\' /dev/stdout',
  'aws lambda invoke --function-name "$ISSUE_API_KEY_FUNCTION" --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme","name":"admin"}\' key.json':
    'aws lambda invoke --function-name "$ISSUE_API_KEY_FUNCTION" --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme","name":"admin"}\' key.json',
  'npx cdk diff 2>&1 | forestall assess - --fail-on high':
    '(cd $ROOT && npx cdk diff -c stage=local -c tracing=true -o $FOLDER/diff 2>&1) | forestall assess - --fail-on high',
  'aws cloudformation describe-change-set':
    'aws cloudformation describe-change-set --change-set-name $CHANGE_SET --stack-name $STACK',
  'aws cloudformation describe-change-set --change-set-name N --stack-name S --include-property-values | forestall assess -':
    'aws cloudformation describe-change-set --change-set-name $CHANGE_SET --stack-name $STACK --include-property-values | forestall assess -',
  'aws lambda invoke --function-name <CheckSilenceFunctionName> --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme"}\' /dev/stdout':
    'aws lambda invoke --function-name $CHECK_SILENCE --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme"}\' /dev/stdout',
  'aws lambda invoke --function-name <CheckSecretsFunctionName> /dev/stdout':
    'aws lambda invoke --function-name $CHECK_SECRETS /dev/stdout',
  'aws secretsmanager describe-secret --secret-id <secret ARN> --query VersionIdsToStages':
    'aws secretsmanager describe-secret --secret-id $SIGNING_SECRET --query VersionIdsToStages',
  'aws secretsmanager rotate-secret --secret-id <secret ARN> --client-request-token <pending version>': `aws secretsmanager rotate-secret --secret-id $SIGNING_SECRET --client-request-token 2f1d6b1e-55a4-4f0b-8a39-0c6f7f2a9d11 && ${UNTIL_ROTATED}`,
  'aws secretsmanager update-secret-version-stage --secret-id <secret ARN> --version-stage AWSPENDING --remove-from-version-id <pending version>':
    'aws secretsmanager update-secret-version-stage --secret-id $SIGNING_SECRET --version-stage AWSPENDING --remove-from-version-id 2f1d6b1e-55a4-4f0b-8a39-0c6f7f2a9d11',
  'aws secretsmanager rotate-secret --secret-id <secret ARN> --rotation-lambda-arn <ARN of RotateSecret> --rotation-rules AutomaticallyAfterDays=90': `aws secretsmanager rotate-secret --secret-id $SIGNING_SECRET --rotation-lambda-arn arn:aws:lambda:us-east-1:000000000000:function:$ROTATE_SECRET --rotation-rules AutomaticallyAfterDays=90 && ${UNTIL_ROTATED}`,
  'aws secretsmanager rotate-secret --secret-id <secret ARN>': `aws secretsmanager rotate-secret --secret-id $SIGNING_SECRET && ${UNTIL_ROTATED}`,
  'aws secretsmanager put-secret-value --secret-id <origin secret ARN> --secret-string "{\\"key\\":\\"$(openssl rand -hex 32)\\"}"':
    'aws secretsmanager create-secret --name commands-origin --secret-string old && aws secretsmanager put-secret-value --secret-id commands-origin --secret-string "{\\"key\\":\\"$(openssl rand -hex 32)\\"}" && aws secretsmanager get-secret-value --secret-id commands-origin --query SecretString | grep -q key && aws secretsmanager delete-secret --secret-id commands-origin --force-delete-without-recovery',
  'aws secretsmanager get-secret-value --secret-id <secret ARN> --query SecretString --output text':
    'aws secretsmanager get-secret-value --secret-id $SIGNING_SECRET --query SecretString --output text',
  'aws secretsmanager put-secret-value --secret-id <secret ARN> --secret-string \'{"token":"<token>"}\'':
    'aws secretsmanager create-secret --name an-integration && aws secretsmanager put-secret-value --secret-id an-integration --secret-string \'{"token":"t"}\'',
  'aws lambda invoke --function-name <ReencryptVaultFunctionName> /dev/stdout':
    'aws lambda invoke --function-name $REENCRYPT_VAULT /dev/stdout',
  'aws secretsmanager list-secret-version-ids --secret-id <secret ARN> --include-deprecated':
    'aws secretsmanager list-secret-version-ids --secret-id $SIGNING_SECRET --include-deprecated',
  'aws stepfunctions start-execution --state-machine-arn <SecretDrillStateMachineArn> --input \'{"force":true}\'':
    'aws stepfunctions start-execution --state-machine-arn $SECRET_DRILL --input \'{"force":true}\'',
  'aws s3 ls s3://<ReportBucketName>/secret-drills/':
    'echo "{}" > drill.json; aws s3 cp drill.json s3://$REPORT_BUCKET/secret-drills/commands.json; aws s3 ls s3://$REPORT_BUCKET/secret-drills/',
  'aws s3 cp s3://<ReportBucketName>/secret-drills/<drill>.json -':
    'aws s3 cp s3://$REPORT_BUCKET/secret-drills/commands.json -',
  'aws s3 ls --recursive s3://<RawBucketName>/quarantine/tenant=acme/':
    'aws s3 ls --recursive s3://$RAW_BUCKET/quarantine/tenant=acme/',
  'aws s3 cp s3://<RawBucketName>/<key>.reason.json -': 'aws s3 cp s3://$RAW_BUCKET/$PARKED.reason.json -',
  'aws lambda get-account-settings --query AccountLimit':
    'aws lambda get-account-settings --query AccountLimit',
  'aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Throttles --dimensions Name=FunctionName,Value=<name> --start-time <ISO> --end-time <ISO> --period 300 --statistics Sum':
    THROTTLES,
  'aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Throttles --dimensions Name=FunctionName,Value=<DetectAnomalies> --start-time <ISO> --end-time <ISO> --period 300 --statistics Sum':
    THROTTLES,
  'aws cloudwatch get-metric-statistics --namespace AWS/DynamoDB --metric-name WriteThrottleEvents --dimensions Name=TableName,Value=<RequestsTableName> --start-time <ISO> --end-time <ISO> --period 300 --statistics Sum':
    'aws cloudwatch get-metric-statistics --namespace AWS/DynamoDB --metric-name WriteThrottleEvents --dimensions Name=TableName,Value=$TABLE --start-time 2026-11-21T10:00:00Z --end-time 2026-11-21T11:00:00Z --period 300 --statistics Sum',
  'aws scheduler list-schedules --name-prefix Forestall':
    'aws scheduler list-schedules --name-prefix Forestall',
  'aws stepfunctions start-execution --state-machine-arn <DispatchStateMachineArn> --input \'{"scheduledAt":"2026-11-21T10:05:00Z"}\'':
    'aws stepfunctions start-execution --state-machine-arn $DISPATCH --input \'{"scheduledAt":"2026-11-21T10:05:00Z"}\'',
  'aws dynamodb restore-table-to-point-in-time --source-table-name <table> --target-table-name <copy> --restore-date-time <ISO>':
    'aws dynamodb restore-table-to-point-in-time --source-table-name $TABLE --target-table-name commands-copy --restore-date-time 2026-11-21T10:00:00Z',
  'aws dynamodb wait table-exists --table-name <copy>':
    'aws dynamodb wait table-exists --table-name commands-copy',
  // What was read can be put back as it is.
  'aws dynamodb get-item --table-name <copy> --key \'{"pk":{"S":"T#acme"},"sk":{"S":"SETTINGS"}}\' --query Item --output json > item.json':
    'echo \'{"pk":{"S":"a"},"sk":{"S":"b"}}\' > new.json; aws dynamodb put-item --table-name commands-copy --item file://new.json; aws dynamodb get-item --table-name commands-copy --key file://new.json --query Item --output json > item.json; grep pk item.json',
  'aws dynamodb put-item --table-name <table> --item file://item.json':
    'aws dynamodb put-item --table-name commands-copy --item file://item.json && echo put',
  'aws lambda list-event-source-mappings --function-name <StoreMetrics>':
    'aws lambda list-event-source-mappings --function-name $STORE_METRICS --query EventSourceMappings[].UUID | grep -q "[0-9a-f]-" && echo found',
  'aws lambda update-event-source-mapping --uuid <uuid> --no-enabled':
    'aws lambda update-event-source-mapping --uuid $EVENT_SOURCE --no-enabled',
  'aws lambda update-event-source-mapping --uuid <uuid> --enabled':
    'aws lambda update-event-source-mapping --uuid $EVENT_SOURCE --enabled',
  'aws dynamodb update-time-to-live --table-name <table> --time-to-live-specification Enabled=true,AttributeName=expiresAt':
    'aws dynamodb update-time-to-live --table-name commands-copy --time-to-live-specification Enabled=true,AttributeName=expiresAt',
  'aws dynamodb list-backups --table-name <table> --backup-type SYSTEM':
    'aws dynamodb list-backups --table-name $TABLE --backup-type SYSTEM',
  'aws dynamodb restore-table-from-backup --target-table-name <table> --backup-arn <arn>':
    // Only DynamoDB makes system backups: the parameters are checked against its model, and the backup is not found.
    '(aws dynamodb restore-table-from-backup --target-table-name commands-two --backup-arn arn:aws:dynamodb:us-east-1:000000000000:table/none/backup/1 2>&1 || true) | grep BackupNotFound',
  'aws lambda invoke --function-name "$ISSUE_API_KEY_FUNCTION" --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme","name":"operator","scopes":["administer"],"expiresAt":"2026-12-01T12:00:00Z"}\' key.json':
    'aws lambda invoke --function-name "$ISSUE_API_KEY_FUNCTION" --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme","name":"operator","scopes":["administer"],"expiresAt":"2036-12-01T12:00:00Z"}\' key.json',
  'aws cognito-idp create-group --user-pool-id "$USER_POOL_ID" --group-name acme.operator':
    'aws cognito-idp create-group --user-pool-id "$USER_POOL_ID" --group-name acme.operator',
  'aws cognito-idp admin-create-user --user-pool-id "$USER_POOL_ID" --username ada --user-attributes \'[{"Name":"email","Value":"ada@example.com"},{"Name":"email_verified","Value":"true"}]\'':
    // The temporary passwords that the emulator makes are too short for the pool.
    'aws cognito-idp admin-create-user --user-pool-id "$USER_POOL_ID" --username ada --user-attributes \'[{"Name":"email","Value":"ada@example.com"},{"Name":"email_verified","Value":"true"}]\' --temporary-password Correct-Horse-9-Battery',
  'aws cognito-idp admin-add-user-to-group --user-pool-id "$USER_POOL_ID" --username ada --group-name acme.operator':
    'aws cognito-idp admin-add-user-to-group --user-pool-id "$USER_POOL_ID" --username ada --group-name acme.operator && echo done',
  'aws cognito-idp admin-remove-user-from-group --user-pool-id "$USER_POOL_ID" --username ada --group-name acme.operator':
    'aws cognito-idp admin-remove-user-from-group --user-pool-id "$USER_POOL_ID" --username ada --group-name acme.operator && echo done',
  'aws cognito-idp admin-user-global-sign-out --user-pool-id "$USER_POOL_ID" --username ada':
    'aws cognito-idp admin-user-global-sign-out --user-pool-id "$USER_POOL_ID" --username ada && echo done',
  'aws cognito-idp admin-disable-user --user-pool-id "$USER_POOL_ID" --username ada':
    'aws cognito-idp admin-disable-user --user-pool-id "$USER_POOL_ID" --username ada && echo done',
  'forestall keys rotate <key id> --overlap 1': 'forestall keys rotate $API_KEY --overlap 1',
  'forestall keys revoke <key id>': 'forestall keys revoke $API_KEY',
  'aws dynamodb delete-table --table-name <copy>': 'aws dynamodb delete-table --table-name commands-copy',
  'aws s3api list-object-versions --bucket <ForecastBucketName> --prefix forecasts/':
    'aws s3api list-object-versions --bucket $FORECAST_BUCKET --prefix forecasts/',
  'aws sns create-topic --name <name>': 'aws sns create-topic --name commands-test',
  'aws sns subscribe --topic-arn <topic> --protocol email --notification-endpoint <address>':
    'aws sns subscribe --topic-arn $TOPIC --protocol email --notification-endpoint commands@example.com',
  'aws cloudformation get-template --stack-name Forestall-prod-Data':
    'aws cloudformation get-template --stack-name Forestall-local-Data',
  'aws cloudwatch enable-alarm-actions --alarm-names <name>':
    'aws cloudwatch enable-alarm-actions --alarm-names commands-alarm',
  'aws cloudformation describe-stack-events --stack-name <stack>':
    'aws cloudformation describe-stack-events --stack-name Forestall-local-Data',
  'npx cdk bootstrap -c stage=prod':
    '(cd $ROOT && npx cdk bootstrap -c stage=prod -o $FOLDER/bootstrap 2>&1)',
  'npx cdk synth --quiet -c stage=prod':
    '(cd $ROOT && npx cdk synth --quiet -c stage=prod -o $FOLDER/prod 2>&1); ls $FOLDER/prod',
  'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000':
    // The emulator lacks this service: the parameters are checked against its model.
    '(aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 2>&1 || true) | grep ClientError',
  // Stage dev is not deployed here: CDK reads its app and the arguments, and finds nothing to delete.
  'npx cdk destroy Forestall-dev-Pipeline -c stage=dev --force':
    '(cd $ROOT && npx cdk destroy Forestall-dev-Pipeline -c stage=dev --force -o $FOLDER/dev 2>&1)',
  'npx cdk destroy --all -c stage=dev --force':
    '(cd $ROOT && npx cdk destroy --all -c stage=dev --force -o $FOLDER/dev 2>&1)',
  'npx cdk destroy --all -c stage=prod --force':
    '(cd $ROOT && npx cdk destroy --all -c stage=prod --force -o $FOLDER/prod 2>&1)',
  'aws s3 rm --recursive s3://$RAW_BUCKET': 'aws s3 rm --recursive s3://$OWN_BUCKET',
  'aws s3 rm --recursive s3://$FORECAST_BUCKET': 'aws s3 rm --recursive s3://$OWN_BUCKET/x; echo none left',
  'aws s3 rm --recursive s3://$REPORT_BUCKET': 'aws s3 rm --recursive s3://$OWN_BUCKET/w; echo none left',
  'aws s3 rm --recursive s3://$DECISION_BUCKET': 'aws s3 rm --recursive s3://$OWN_BUCKET/v; echo none left',
  'aws s3 rm --recursive s3://<bucket>': 'aws s3 rm --recursive s3://$OWN_BUCKET/y; echo none left',
  "aws s3api list-object-versions --bucket <bucket> --max-keys 1000 --output json --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' > versions.json":
    "aws s3api list-object-versions --bucket $OWN_BUCKET --max-keys 1000 --output json --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' > versions.json; cat versions.json",
  'aws s3api delete-objects --bucket <bucket> --delete file://versions.json':
    // Nothing is left in the list: one key stands for it.
    `aws s3api delete-objects --bucket $OWN_BUCKET --delete '{"Objects":[{"Key":"z"}]}'`,
  'aws s3 rb s3://<bucket>': 'aws s3 rb s3://$OWN_BUCKET',
  'aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name Forestall-prod-Data':
    'aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name Forestall-local-Data',
  'aws dynamodb update-table --table-name <table> --no-deletion-protection-enabled':
    'aws dynamodb update-table --table-name commands-restored --no-deletion-protection-enabled',
  'aws dynamodb delete-table --table-name <table>':
    'aws dynamodb delete-table --table-name commands-restored',
  'aws secretsmanager delete-secret --secret-id <secret ARN>':
    'aws secretsmanager create-secret --name commands-last --secret-string old && aws secretsmanager delete-secret --secret-id commands-last',
  'aws cognito-idp update-user-pool --user-pool-id <pool> --deletion-protection INACTIVE':
    "aws cognito-idp create-user-pool --pool-name commands --query UserPool.Id | tr -d '\"' > pool && aws cognito-idp update-user-pool --user-pool-id $(cat pool) --deletion-protection INACTIVE && echo done",
  'aws cognito-idp delete-user-pool --user-pool-id <pool>':
    'aws cognito-idp delete-user-pool --user-pool-id $(cat pool) && echo done',
  'aws kms schedule-key-deletion --key-id <key> --pending-window-in-days 30':
    "aws kms schedule-key-deletion --pending-window-in-days 30 --key-id $(aws kms create-key --description commands --query KeyMetadata.KeyId | tr -d '\"')",
  'aws dynamodb list-tables': 'aws dynamodb list-tables',
  'aws s3 ls': 'aws s3 ls',
  'aws events put-rule --region eu-west-1 --name forestall-alarms --event-pattern \'{"source":["aws.cloudwatch"],"detail-type":["CloudWatch Alarm State Change"]}\'':
    'aws events put-rule --region eu-west-1 --name forestall-alarms --event-pattern \'{"source":["aws.cloudwatch"],"detail-type":["CloudWatch Alarm State Change"]}\'',
  'aws events put-targets --region eu-west-1 --rule forestall-alarms --targets Id=forestall,Arn=arn:aws:events:us-east-1:123456789012:event-bus/default,RoleArn=arn:aws:iam::123456789012:role/forward-events':
    'aws events put-targets --region eu-west-1 --rule forestall-alarms --targets Id=forestall,Arn=arn:aws:events:us-east-1:123456789012:event-bus/default,RoleArn=arn:aws:iam::123456789012:role/forward-events',
  'aws cloudformation delete-stack --stack-name <stack>':
    'aws cloudformation delete-stack --stack-name $STACK',
};

/** Commands in the blocks of the README, and the test of readme.test.ts that runs each, or another place. */
export const README_COMMANDS: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'starts, reports',
  'npm ci && npm test': '.ci/run',
  'npx forestall forecast cpu.csv': 'files',
  'npx forestall detect cpu.csv': 'files',
  'npx forestall assess diff.txt': 'assesses',
  'npm start -- --data path/to/folder': 'recorded',
  'npx forestall breaches': 'deployment',
  'npx forestall incidents': 'deployment',
  'npx forestall anomalies --active': 'deployment',
  'npx forestall changes': 'deployment',
  'npx forestall ingest fleet.csv': 'deployment',
  'npx forestall runs start --wait': 'deployment',
  'npx forestall status': 'deployment',
  'aws lambda get-account-settings --query AccountLimit': 'commands.test.ts',
  'npx cdk bootstrap -c stage=prod': 'commands.test.ts',
  'npx cdk deploy --all -c stage=prod': 'test/e2e/shared-session.ts deploys stage local',
  'npx forestall doctor --stage prod': 'doctor.test.ts examines stage local',
  'aws lambda invoke --function-name "$ISSUE_API_KEY_FUNCTION" --cli-binary-format raw-in-base64-out --payload \'{"tenantId":"acme","name":"admin"}\' key.json':
    'commands.test.ts',
  'npx forestall ingest cpu.csv --target web-1 --metric cpu_percent': 'deployment',
  'npx forestall targets': 'deployment',
  'npx cdk destroy Forestall-dev-Pipeline -c stage=dev --force': 'commands.test.ts',
  'aws s3 rm --recursive s3://$RAW_BUCKET': 'commands.test.ts',
  'aws s3 rm --recursive s3://$FORECAST_BUCKET': 'commands.test.ts',
  'aws s3 rm --recursive s3://$REPORT_BUCKET': 'commands.test.ts',
  'aws s3 rm --recursive s3://$DECISION_BUCKET': 'commands.test.ts',
  'npx cdk destroy --all -c stage=dev --force': 'commands.test.ts',
  'npm run cost': 'cost',
  'npx forestall bench forecast --data path/to/data': 'bench',
};

/** A release of a copy, because this working tree may contain changes. */
const RELEASE = [
  'git clone -q $ROOT $FOLDER/release && cd $FOLDER/release && ln -s $ROOT/node_modules && echo node_modules >> .git/info/exclude',
  'npm run release -- --new-key $FOLDER/key',
  'npm run release -- --key $FOLDER/key --out $FOLDER/released',
  'npm run release:verify -- $FOLDER/released --key $FOLDER/key.pub',
].join(' && ');

/** Commands for developers: each as documented, and the short form that runs here. */
export const OF_DEVELOPERS: Readonly<Record<string, string>> = {
  'npm run bench': 'npm run bench -- --runs 1',
  'npm run synth': 'npm run synth -- -o $FOLDER/synth',
  'npm run test:fast': 'npm run test:fast -- test/unit/shared/time.test.ts',
  'npx vitest run --project unit test/unit/incidents':
    'npx vitest run --project unit test/unit/shared/time.test.ts',
  'npm run coverage':
    'npm run coverage -- test/unit/shared/time.test.ts --coverage.include=core/shared/time.ts --coverage.reportsDirectory=$FOLDER/coverage',
  'npm run actions': 'npm run actions',
  'npm run licences': 'npm run licences',
  'npm run sbom': 'npm run sbom -- $FOLDER/sbom.cdx.json',
  'npm run release -- --new-key FILE': RELEASE,
  'npm run release -- --key FILE': RELEASE,
  'npm run release:verify -- FOLDER --key FILE': RELEASE,
  'npm run cost -- --encryption customer-key': 'npm run --silent cost -- --encryption customer-key',
  'npm run cost -- --tracing true': 'npm run --silent cost -- --tracing true',
  'npm run cost -- --waf': 'npm run --silent cost -- --waf',
  'npm run cost -- --json': 'npm run --silent cost -- --json',
  'npm run cost -- --stage dev --hosts 200 --metrics 30 --hostsPerRequest 50':
    'npm run cost -- --stage dev --hosts 200 --metrics 30 --hostsPerRequest 50',
  'npm run measure:latency -- --targets N': 'npm run measure:latency -- --targets 2',
  'npm run mutation': 'npm run mutation -- shared --only core/shared/time.ts',
  'npm run mutation -- platform': 'npm run mutation -- shared --only core/shared/time.ts',
  "npm run mutation -- forecasts --only 'core/forecasts/breach/*.ts'":
    'npm run mutation -- shared --only core/shared/time.ts',
  'node bench/anomalies/combinations/run.ts --seed N':
    'node bench/anomalies/combinations/run.ts --seed 1 --servers 2',
};

/** Commands that run elsewhere: the file with the run, and its text there. */
export const ELSEWHERE: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'npm ci': ['.ci/run', 'npm ci && npm test'],
  'npm test': ['.ci/run', 'npm ci && npm test'],
  'npm start': ['test/e2e/npm-start.test.ts', "start('--servers', '2', '--days', '2')"],
  'npm start -- --seed 51 --once --picture docs/images/start.svg': [
    'test/e2e/npm-start.test.ts',
    "start('--once', '--data', own, '--picture', picture)",
  ],
  'npm start -- --remediate': ['test/e2e/remediation.test.ts', 'await remediationStory('],
  'npm start -- --servers 1000 --once': [
    'test/e2e/npm-start.test.ts',
    "start('--servers', '2', '--days', '2')",
  ],
  'npm run cost': ['test/e2e/readme.test.ts', "run('npm', ['run', '--silent', 'cost']"],
  'npm run mutation -- --quick': [
    'test/bench/mutation.test.ts',
    "['run', '--silent', 'mutation', '--', '--quick']",
  ],
  // The same commands; each takes long.
  'npm run types': ['test/run-all.ts', "'tsc', ['-p', '.']"],
  'npm run lint': ['test/run-all.ts', "'biome', ['check', '--error-on-warnings', '.']"],
  'npm run unused': ['test/run-all.ts', "'knip', ['--production']"],
  'npm run build': ['test/run-all.ts', "'node', ['functions/build.ts']"],
  'npx vitest run --project e2e': ['test/run-all.ts', "layer(['e2e'])"],
  'npx vitest run --project permissions': ['test/run-all.ts', "layer(['permissions'])"],
  'npm run format': ['test/e2e/commands-without-aws.test.ts', "shell.run('npm run format'"],
  'npm run check': ['test/e2e/commands-without-aws.test.ts', "const { check = '' } = npmScripts()"],
  'cdk diff': ['test/unit/cli/assess.test.ts', 'cdk-diff'],
  'npx cdk deploy --all -c stage=dev -c tracing=true': ['test/e2e/shared-session.ts', 'traceTo'],
};

/** Not commands to run here: words in a sentence about another tool, or the form of a command. */
export const MENTIONS: ReadonlySet<string> = new Set([
  'npx forestall <command> [options]',
  'node cli/forestall.mjs <command> ...',
  'forestall <command> --help',
  'cdk bootstrap',
  'cdk deploy',
  'cdk deploy --all',
  'cdk destroy',
  'cdk synth',
  'aws lambda invoke',
  'aws s3 rm --recursive',
  'aws cloudwatch get-metric-data',
]);
