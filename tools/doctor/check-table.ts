import type { Check } from './check';
import { apiVersionsDiffer } from './checks/api-versions-differ';
import { assignmentInvalid } from './checks/assignment-invalid';
import { atMinIsr } from './checks/at-min-isr';
import { belowMinIsr } from './checks/below-min-isr';
import { brokerListDiffers } from './checks/broker-list-differs';
import { brokerNotRegistered } from './checks/broker-not-registered';
import { brokerUnreachable } from './checks/broker-unreachable';
import { checkpointBeyondLog } from './checks/checkpoint-beyond-log';
import { checkpointOfMissingLog } from './checks/checkpoint-of-missing-log';
import { clusterIdDiffers } from './checks/cluster-id-differs';
import { clusterIdMissing } from './checks/cluster-id-missing';
import { configOfMissingTopic } from './checks/config-of-missing-topic';
import { controllerDiffers } from './checks/controller-differs';
import { controllerEpochBehind } from './checks/controller-epoch-behind';
import { controllerNotInOffice } from './checks/controller-not-in-office';
import { controllerNotRegistered } from './checks/controller-not-registered';
import { controllerSessionDiffers } from './checks/controller-session-differs';
import { deletionOfMissingTopic } from './checks/deletion-of-missing-topic';
import { deletionStuck } from './checks/deletion-stuck';
import { directoryLeftOver } from './checks/directory-left-over';
import { diskTopicIdDiffers } from './checks/disk-topic-id-differs';
import { diskUnreadable } from './checks/disk-unreadable';
import { endpointShared } from './checks/endpoint-shared';
import { fileLeftOver } from './checks/file-left-over';
import { isrEmpty } from './checks/isr-empty';
import { isrMemberDead } from './checks/isr-member-dead';
import { isrNotInReplicas } from './checks/isr-not-in-replicas';
import { leaderDead } from './checks/leader-dead';
import { leaderDoesNotLead } from './checks/leader-does-not-lead';
import { leaderEpochAnomaly } from './checks/leader-epoch-anomaly';
import { leaderEpochDiffers } from './checks/leader-epoch-differs';
import { leaderNotInIsr } from './checks/leader-not-in-isr';
import { leaderNotInReplicas } from './checks/leader-not-in-replicas';
import { logDirOffline } from './checks/log-dir-offline';
import { logTwice } from './checks/log-twice';
import { metaPropertiesDiffer } from './checks/meta-properties-differ';
import { metaPropertiesMissing } from './checks/meta-properties-missing';
import { metadataIsrDiffers } from './checks/metadata-isr-differs';
import { metadataLeaderDiffers } from './checks/metadata-leader-differs';
import { metadataReplicasDiffer } from './checks/metadata-replicas-differ';
import { metadataTopicIdDiffers } from './checks/metadata-topic-id-differs';
import { metadataTopicMissing } from './checks/metadata-topic-missing';
import { metadataTopicUnknown } from './checks/metadata-topic-unknown';
import { noBrokers } from './checks/no-brokers';
import { noController } from './checks/no-controller';
import { noLeader } from './checks/no-leader';
import { notificationStale } from './checks/notification-stale';
import { partitionNodeExtra } from './checks/partition-node-extra';
import { partitionNumbersGap } from './checks/partition-numbers-gap';
import { reassignmentBlocked } from './checks/reassignment-blocked';
import { reassignmentInvalid } from './checks/reassignment-invalid';
import { reassignmentNotFinished } from './checks/reassignment-not-finished';
import { reassignmentsDiffer } from './checks/reassignments-differ';
import { registrationNotEphemeral } from './checks/registration-not-ephemeral';
import { replicaDirectoryMissing } from './checks/replica-directory-missing';
import { replicaLacksCommitted } from './checks/replica-lacks-committed';
import { replicaNotOnDisk } from './checks/replica-not-on-disk';
import { requestPending } from './checks/request-pending';
import { stateMissing } from './checks/state-missing';
import { strayDirectory } from './checks/stray-directory';
import { strayLog } from './checks/stray-log';
import { throttleLeft } from './checks/throttle-left';
import { topicIdShared } from './checks/topic-id-shared';
import { twoLeaders } from './checks/two-leaders';
import { underReplicated } from './checks/under-replicated';
import { znodeMalformed } from './checks/znode-malformed';

/** Every check, in the order of its layer and of how bad it is. */
export const checks: readonly Check[] = [
  noBrokers,
  brokerUnreachable,
  brokerNotRegistered,
  registrationNotEphemeral,
  endpointShared,
  brokerListDiffers,
  clusterIdMissing,
  clusterIdDiffers,
  apiVersionsDiffer,
  znodeMalformed,
  noController,
  controllerNotRegistered,
  controllerSessionDiffers,
  controllerNotInOffice,
  controllerDiffers,
  controllerEpochBehind,
  reassignmentsDiffer,
  topicIdShared,
  partitionNumbersGap,
  assignmentInvalid,
  reassignmentInvalid,
  stateMissing,
  noLeader,
  leaderDead,
  leaderNotInReplicas,
  leaderNotInIsr,
  isrEmpty,
  isrNotInReplicas,
  belowMinIsr,
  isrMemberDead,
  atMinIsr,
  underReplicated,
  leaderEpochAnomaly,
  partitionNodeExtra,
  metadataTopicMissing,
  metadataTopicUnknown,
  metadataTopicIdDiffers,
  metadataLeaderDiffers,
  metadataIsrDiffers,
  metadataReplicasDiffer,
  twoLeaders,
  leaderDoesNotLead,
  leaderEpochDiffers,
  replicaLacksCommitted,
  logDirOffline,
  replicaNotOnDisk,
  logTwice,
  strayLog,
  deletionStuck,
  deletionOfMissingTopic,
  reassignmentNotFinished,
  reassignmentBlocked,
  requestPending,
  notificationStale,
  throttleLeft,
  configOfMissingTopic,
  diskUnreadable,
  metaPropertiesDiffer,
  metaPropertiesMissing,
  diskTopicIdDiffers,
  checkpointBeyondLog,
  replicaDirectoryMissing,
  checkpointOfMissingLog,
  strayDirectory,
  directoryLeftOver,
  fileLeftOver,
];
