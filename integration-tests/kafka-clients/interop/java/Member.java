import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A consumer of a group in a thread of its own, which commits what it has read. */
final class Member implements ConsumerRebalanceListener, AutoCloseable {
  /** A record, and how often partitions had been given to the member when it came. */
  record Read(ConsumerRecord<String, String> record, int generation) {}

  final Set<Integer> owned = ConcurrentHashMap.newKeySet();
  /** Partitions that were taken away or lost so far. */
  final AtomicInteger revoked = new AtomicInteger();
  final ConcurrentLinkedQueue<Read> read = new ConcurrentLinkedQueue<>();
  private final Consumer<String, String> consumer;
  private final Thread thread;
  private int generation = 0;
  private volatile Throwable failure;

  Member(String servers, String group, String topic, Map<String, String> more) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", servers);
    properties.put("group.id", group);
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", "false");
    properties.put("heartbeat.interval.ms", "500");
    properties.putAll(more);
    consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    thread = new Thread(() -> work(topic));
    thread.start();
  }

  private void work(String topic) {
    try {
      consumer.subscribe(List.of(topic), this);
      while (true) {
        boolean any = false;
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          any = true;
          read.add(new Read(record, generation));
        }
        if (any) commit();
      }
    } catch (WakeupException end) {
      // Closed below.
    } catch (Throwable error) {
      failure = error;
      error.printStackTrace();
    } finally {
      consumer.close();
    }
  }

  /** What a rebalance or a dead coordinator refuses is committed next time. */
  private void commit() {
    try {
      consumer.commitSync();
    } catch (RebalanceInProgressException | RetriableCommitFailedException later) {
      System.err.println("commit: " + later.getMessage());
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    if (!partitions.isEmpty()) generation++;
    for (var partition : partitions) owned.add(partition.partition());
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    revoked.addAndGet(partitions.size());
    for (var partition : partitions) owned.remove(partition.partition());
  }

  /** Its partitions. */
  TreeSet<Integer> share() {
    if (failure != null) throw new AssertionError(failure);
    return new TreeSet<>(owned);
  }

  /** Leaves the group. */
  @Override
  public void close() throws InterruptedException {
    consumer.wakeup();
    thread.join();
    if (failure != null) throw new AssertionError(failure);
  }
}
