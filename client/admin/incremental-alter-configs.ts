import { apis } from '../protocol/apis';
import { ConfigOperation } from '../protocol/messages/incremental-alter-configs';
import type { Cluster } from '../network';
import type { ValidatedCallOptions } from './call-options';
import {
  askAboutResources,
  nameOfResource,
  replyFor,
  wireResource,
  type ConfigResource,
} from './config-resource';
import { settleEach } from './settle-each';

export interface ConfigChange {
  name: string;
  /**
   * `SET` a value, `DELETE` back to the default, `APPEND` to or `SUBTRACT` from a list. Default
   * `SET`.
   */
  operation?: keyof typeof ConfigOperation;
  /** Not needed for `DELETE`. */
  value?: string;
}

export interface ConfigResourceChange extends ConfigResource {
  changes: readonly ConfigChange[];
}

export interface AlterConfigsOptions extends ValidatedCallOptions {
  /**
   * Whether configs of a broker that is not live may be changed: it finds them when it comes back.
   * Otherwise such a broker is waited for until the call's timeout. Default false.
   */
  brokersMayBeAbsent?: boolean;
}

/** KIP-339: changes single configs and leaves the others alone. */
export async function incrementalAlterConfigs(
  cluster: Cluster,
  resources: readonly ConfigResourceChange[],
  { timeoutMs, validateOnly = false, brokersMayBeAbsent }: AlterConfigsOptions = {},
): Promise<void> {
  await settleEach<ConfigResourceChange, true>(cluster, {
    what: validateOnly ? 'Checking config changes' : 'Changing configs',
    items: resources,
    nameOf: nameOfResource,
    timeoutMs,
    final: ['UNKNOWN_TOPIC_OR_PARTITION'],
    attempt: ({ items, report }) =>
      askAboutResources(
        cluster,
        apis.IncrementalAlterConfigs,
        items,
        (group) => ({
          resources: group.map((resource) => ({
            ...wireResource(resource),
            configs: resource.changes.map(({ name, operation = 'SET', value = null }) => ({
              name,
              configOperation: ConfigOperation[operation],
              value,
            })),
          })),
          validateOnly,
        }),
        (group, { responses }) => {
          for (const item of group) {
            const reply = replyFor(responses, item);
            if (reply) report.reply(item, reply.errorCode, reply.errorMessage, () => true);
          }
        },
        report.failed,
        brokersMayBeAbsent,
      ),
  });
}
