import { ConfigSource } from '../../client/protocol/messages/describe-configs';
import type { BrokerConfig } from './broker-config';
import type { BrokerConfigKey } from './broker-configs';
import { checkProperties, type Properties } from './check-properties';
import type { ConfigDefinition } from './config-definition';
import { ConfigError } from './config-error';
import { resolve, type Candidate, type ResolvedConfig } from './resolved-config';
import { topicConfigs, type TopicConfigKey, type TopicConfigValue } from './topic-configs';

export interface TopicConfigContext {
  /** Replicas of the topic; decides min.insync.replicas where nobody set it. */
  readonly replicationFactor?: number;
  /**
   * Told about overrides that cannot be used, which are then left out: for those that are already
   * stored, so that one bad znode does not take a partition away. Without it they are an error.
   */
  readonly onInvalid?: (error: ConfigError) => void;
}

/** @throws {@link ConfigError} (INVALID_CONFIG) telling everything that is wrong */
export function validateTopicOverrides(overrides: Properties): void {
  const problems = checkProperties(overrides, topicConfigs, 'topic');
  if (problems.length > 0) throw ConfigError.all(problems);
}

/** The configs of one topic: its own, and those of the broker for the rest. Never changes. */
export class TopicConfig {
  private readonly resolvedConfigs = new Map<string, ResolvedConfig>();

  private constructor(
    private readonly broker: BrokerConfig,
    /** What is set for the topic itself. */
    readonly overrides: Properties,
    private readonly replicationFactor: number | undefined,
  ) {
    for (const [key, definition] of Object.entries(topicConfigs)) {
      const known = definition as ConfigDefinition;
      const candidates = this.candidates(key, known);
      this.resolvedConfigs.set(key, resolve(key, known, candidates, ConfigSource.DEFAULT_CONFIG));
    }
  }

  /** @throws {@link ConfigError} for overrides that are not valid, unless the context takes them */
  static resolve(
    broker: BrokerConfig,
    overrides: Properties,
    context: TopicConfigContext = {},
  ): TopicConfig {
    const { onInvalid, replicationFactor } = context;
    if (!onInvalid) {
      validateTopicOverrides(overrides);
      return new TopicConfig(broker, overrides, replicationFactor);
    }
    const valid = { ...overrides };
    for (const problem of checkProperties(overrides, topicConfigs, 'topic')) {
      onInvalid(problem);
      for (const key of problem.keys) delete valid[key];
    }
    return new TopicConfig(broker, valid, replicationFactor);
  }

  get<K extends TopicConfigKey>(key: K): TopicConfigValue<K> {
    return this.resolved(key).value as TopicConfigValue<K>;
  }

  /** The value with all there is to tell about it. */
  resolved(key: TopicConfigKey): ResolvedConfig {
    return this.resolvedConfigs.get(key) as ResolvedConfig;
  }

  private candidates(key: string, { brokerKey, default: text }: ConfigDefinition): Candidate[] {
    const found: Candidate[] = [];
    if (Object.hasOwn(this.overrides, key)) {
      const source = ConfigSource.DYNAMIC_TOPIC_CONFIG;
      found.push({ name: key, text: this.overrides[key], source, times: 1 });
    }
    if (brokerKey) found.push(...this.broker.resolved(brokerKey as BrokerConfigKey).candidates);
    const source = ConfigSource.DEFAULT_CONFIG;
    if (key === 'min.insync.replicas' && this.replicationFactor !== undefined) {
      const derived = String(Math.max(1, this.replicationFactor - 1));
      found.push({ name: key, text: derived, source, times: 1 });
    } else if (text !== null && !found.some((candidate) => candidate.source === source)) {
      found.push({ name: key, text, source, times: 1 });
    }
    return found;
  }
}
