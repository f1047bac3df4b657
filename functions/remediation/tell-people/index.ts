import * as z from 'zod';
import { makeSnsClient } from '../../../adapters/aws/clients.ts';
import { topicNotifier } from '../../../adapters/remediation/topic-notifier.ts';
import { observe } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({ PEOPLE_TOPIC_ARN: z.string().min(1) });

export const handler = observe(
  makeHandler({ people: topicNotifier({ client: makeSnsClient(), topicArn: env.PEOPLE_TOPIC_ARN }) }),
);
