import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What clients run into at times. */
final class EdgesCheck {
  private static final String TOPIC = "java-edges";
  private static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);

  private EdgesCheck() {}

  static void run(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers));
        Producer<String, String> producer = producer(servers)) {
      autoCreation(producer);
      tooLarge(admin, producer);
      consumerMoves(servers, producer);
      outOfRange(servers, admin);
      pattern(servers, admin, producer);
      madeAgain(servers, admin, producer);
    }
  }

  private static void autoCreation(Producer<String, String> producer) throws Exception {
    Expect.equal(0L, send(producer, TOPIC + "-auto", "a"), "the first offset");
    Expect.ok("a topic that a producer creates");
  }

  private static void tooLarge(Admin admin, Producer<String, String> producer) throws Exception {
    NewTopic topic = new NewTopic(TOPIC, 1, (short) 3);
    Expect.get(
        admin.createTopics(List.of(topic.configs(Map.of("max.message.bytes", "1000")))).all());
    try {
      send(producer, TOPIC, "x".repeat(2000));
      throw new AssertionError("too large, and accepted");
    } catch (ExecutionException error) {
      Expect.equal(RecordTooLargeException.class, error.getCause().getClass(), "the error");
    }
    Expect.ok("RecordTooLargeException");
  }

  private static void consumerMoves(String servers, Producer<String, String> producer)
      throws Exception {
    for (int i = 0; i < 10; i++) Expect.equal((long) i, send(producer, TOPIC, "v" + i), "offset");
    try (var consumer = consumer(servers, Map.of("max.poll.records", "2"))) {
      consumer.assign(List.of(FIRST));
      consumer.seek(FIRST, 7);
      Expect.equal("v7", read(consumer, 1).get(0), "after seek");
      consumer.seekToBeginning(List.of(FIRST));
      Expect.equal("v0", read(consumer, 1).get(0), "after seekToBeginning");
      consumer.pause(List.of(FIRST));
      Expect.equal(0, consumer.poll(Duration.ofMillis(300)).count(), "records while paused");
      consumer.resume(List.of(FIRST));
      consumer.seekToEnd(List.of(FIRST));
      Expect.equal(10L, consumer.position(FIRST), "position at the end");
      send(producer, TOPIC, "v10");
      Expect.equal("v10", read(consumer, 1).get(0), "a new record");
    }
    Expect.ok("seek, pause, resume, position, poll at the end");
  }

  private static void outOfRange(String servers, Admin admin) throws Exception {
    Expect.get(admin.deleteRecords(Map.of(FIRST, RecordsToDelete.beforeOffset(5))).all());
    try (var consumer = consumer(servers, Map.of("auto.offset.reset", "none"))) {
      consumer.assign(List.of(FIRST));
      for (long offset : List.of(2L, 99L)) {
        consumer.seek(FIRST, offset);
        try {
          read(consumer, 1);
          throw new AssertionError("read from offset " + offset);
        } catch (OffsetOutOfRangeException error) {
          Expect.equal(Map.of(FIRST, offset), error.offsetOutOfRangePartitions(), "partitions");
        }
      }
    }
    try (var consumer = consumer(servers, Map.of())) {
      consumer.assign(List.of(FIRST));
      consumer.seek(FIRST, 2);
      Expect.equal("v5", read(consumer, 1).get(0), "after the reset");
    }
    Map<String, String> none = Map.of("group.id", "java-edges-none", "auto.offset.reset", "none");
    try (var consumer = consumer(servers, none)) {
      consumer.assign(List.of(FIRST));
      try {
        read(consumer, 1);
        throw new AssertionError("read without an offset");
      } catch (NoOffsetForPartitionException expected) {
        Expect.ok("OffsetOutOfRangeException, auto.offset.reset, NoOffsetForPartitionException");
      }
    }
  }

  private static void pattern(String servers, Admin admin, Producer<String, String> producer)
      throws Exception {
    Map<String, String> settings =
        Map.of("group.id", "java-edges-pattern", "metadata.max.age.ms", "500");
    try (var consumer = consumer(servers, settings)) {
      consumer.subscribe(Pattern.compile("java-edges-like-.*"));
      for (String name : List.of("java-edges-like-a", "java-edges-like-b")) {
        Expect.get(admin.createTopics(List.of(new NewTopic(name, 1, (short) 3))).all());
        send(producer, name, "in " + name);
        Expect.equal("in " + name, read(consumer, 1).get(0), "a record of a new topic");
        // The next topic makes it join again, and begin where it has committed.
        consumer.commitSync();
      }
    }
    Expect.ok("subscribe by a pattern, topics that come later");
  }

  private static void madeAgain(String servers, Admin admin, Producer<String, String> producer)
      throws Exception {
    String name = TOPIC + "-again";
    NewTopic topic = new NewTopic(name, 1, (short) 3);
    Expect.get(admin.createTopics(List.of(topic)).all());
    for (int i = 0; i < 5; i++) send(producer, name, "old " + i);
    try (var consumer = consumer(servers, Map.of("metadata.max.age.ms", "500"))) {
      consumer.assign(List.of(new TopicPartition(name, 0)));
      Expect.equal("old 4", read(consumer, 5).get(4), "the last record");
      Expect.get(admin.deleteTopics(List.of(name)).all());
      Expect.until(
          "a new topic of that name",
          () -> Expect.get(admin.createTopics(List.of(topic)).all()) == null);
      try (var fresh = producer(servers)) {
        Expect.equal(0L, send(fresh, name, "new"), "offset in the new topic");
        // It may take the new log for the old one, truncated, and go on at its end.
        Expect.until(
            "a record of the new topic",
            () -> {
              send(fresh, name, "newer");
              return !consumer.poll(Duration.ofMillis(200)).isEmpty();
            });
      }
    }
    Expect.ok("a topic deleted and made again under a consumer");
  }

  private static Producer<String, String> producer(String servers) {
    Map<String, Object> properties = Map.of("bootstrap.servers", servers);
    return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }

  private static Consumer<String, String> consumer(String servers, Map<String, String> more) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", servers);
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", "false");
    properties.putAll(more);
    return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
  }

  private static long send(Producer<String, String> producer, String topic, String value)
      throws Exception {
    return producer.send(new ProducerRecord<>(topic, 0, null, value)).get().offset();
  }

  private static List<String> read(Consumer<String, String> consumer, int count) {
    List<String> values = new ArrayList<>();
    long end = System.nanoTime() + 60_000_000_000L;
    while (values.size() < count) {
      if (System.nanoTime() > end) throw new AssertionError("no record came");
      for (var record : consumer.poll(Duration.ofMillis(200))) values.add(record.value());
    }
    return values;
  }
}
