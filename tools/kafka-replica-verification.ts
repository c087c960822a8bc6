#!/usr/bin/env node
import { Admin } from '../client/admin';
import { systemClock } from '../client/runtime/clock';
import { withCluster } from './admin/admin-session';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { replicaSource } from './replica-verification/replica-source';
import {
  chosenTopics,
  declareReplicaVerificationOptions,
  type ReplicaVerificationOptions,
} from './replica-verification/verification-options';
import { ReplicaVerifier } from './replica-verification/verify-replicas';

export const definition: CommandDefinition<ReplicaVerificationOptions> = {
  name: 'kafka-replica-verification',
  summary:
    'Compares the replicas of topics, byte by byte, as far as they are committed.\n\n' +
    'Ends with 1 when replicas differ.',
  examples: [
    {
      line: 'kafka-replica-verification --bootstrap-server localhost:9092 --once',
      does: 'all there is of all topics',
    },
    {
      line: 'kafka-replica-verification --bootstrap-server localhost:9092 --topics-include "click.*" --report-interval-ms 5000',
      does: 'what comes from now on, with a report every five seconds, until Ctrl-C',
    },
  ],
  stopsGracefully: true,
  configure: declareReplicaVerificationOptions,
  run: verify,
};

async function verify(context: CommandContext<ReplicaVerificationOptions>): Promise<number> {
  const { options } = context;
  const isChosen = chosenTopics(options);
  const bootstrapServer = options.bootstrapServer ?? options.brokerList;
  const session = { ...context, options: { ...options, bootstrapServer } };
  return withCluster(session, 'kafka-replica-verification', (cluster) => {
    const source = replicaSource(cluster, options.fetchSize);
    return new ReplicaVerifier(new Admin(cluster), source, context, systemClock).run(isChosen);
  });
}

if (require.main === module) void runCommand(definition);
