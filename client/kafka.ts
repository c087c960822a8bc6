import { Admin } from './admin';
import { Consumer, type ConsumerOptions } from './consumer';
import { Cluster, resolveClientOptions, type ClientOptions } from './network';
import { Producer, type ProducerOptions } from './producer';

/**
 * The way into a cluster. Makes producers, consumers and admins that share its options; each has
 * connections of its own and is closed by itself.
 *
 * @example
 * const kafka = new Kafka({ brokers: ['localhost:9092'], clientId: 'shop' });
 * const admin = kafka.admin();
 * await admin.createTopics([{ topic: 'orders', numPartitions: 3 }]);
 * await admin.close();
 */
export class Kafka {
  /** @throws ClientOptionsError when an option makes no sense */
  constructor(private readonly options: ClientOptions) {
    resolveClientOptions(options);
  }

  /** @throws ClientOptionsError */
  producer(options?: ProducerOptions): Producer {
    return new Producer(new Cluster(this.options), options);
  }

  /** @throws ClientOptionsError */
  consumer(options?: ConsumerOptions): Consumer {
    return new Consumer(new Cluster(this.options), options);
  }

  admin(): Admin {
    return new Admin(new Cluster(this.options));
  }
}
