import { createAdmin } from './admin';
import type { Admin, AdminConfig } from './admin-types';
import { checkConfig, type ClientParts } from './client-options';
import type { KafkaConfig } from './config-types';
import { createConsumer } from './consumer';
import type { Consumer, ConsumerConfig } from './consumer-types';
import { createLogger, type Logger } from './logger';
import { createProducer } from './producer';
import type { Producer, ProducerConfig } from './producer-types';

/**
 * KafkaJS's way into a cluster, over the client of this package: programs written for KafkaJS run
 * after a change of their import. docs/kafkajs.md tells what is different.
 *
 * @example
 * import { Kafka } from 'kafka-classic/kafkajs';
 * const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] });
 */
export class Kafka {
  private readonly parts: ClientParts;

  /** @throws KafkaJSNonRetriableError without brokers; KafkaJSNotImplemented for TLS and SASL */
  constructor(config: KafkaConfig) {
    checkConfig(config);
    const { logLevel, logCreator } = config;
    this.parts = { config, logger: createLogger({ level: logLevel, logCreator }) };
  }

  producer(config?: ProducerConfig): Producer {
    return createProducer(this.parts, config);
  }

  /** @throws KafkaJSNonRetriableError without a group, and for timeouts that make no sense */
  consumer(config: ConsumerConfig): Consumer {
    return createConsumer(this.parts, config, (kafka, options) => kafka.consumer(options));
  }

  admin(config?: AdminConfig): Admin {
    return createAdmin(this.parts, config);
  }

  logger(): Logger {
    return this.parts.logger;
  }
}
