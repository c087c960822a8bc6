import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An idempotent producer with each codec; what it wrote is read back, and found by time. */
final class CodecsCheck {
  private static final String TOPIC = "java-codecs";
  private static final int EACH = 500;

  private CodecsCheck() {}

  static void run(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      Expect.get(admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 3))).all());
    }
    List<String> sent = new ArrayList<>();
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      produce(servers, codec, sent);
      Expect.ok("idempotent produce, " + codec);
    }
    read(servers, sent);
  }

  private static void produce(String servers, String codec, List<String> sent) throws Exception {
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers", servers,
            "compression.type", codec,
            "linger.ms", "5",
            "acks", "all",
            "enable.idempotence", "true");
    try (var producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < EACH; i++) {
        String value = codec + " " + i + " " + "x".repeat(100);
        long time = 1_000_000 + sent.size();
        var record = new ProducerRecord<>(TOPIC, 0, time, i % 2 == 0 ? "key " + i : null, value);
        record.headers().add("h", codec.getBytes()).add("none", null);
        long expected = sent.size();
        producer.send(
            record,
            (metadata, error) -> {
              if (error != null || metadata.offset() != expected) {
                System.err.println(expected + ": " + metadata + ", " + error);
                System.exit(1);
              }
            });
        sent.add(value);
      }
      producer.flush();
    }
  }

  private static void read(String servers, List<String> sent) {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers", servers,
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      List<ConsumerRecord<String, String>> read = new ArrayList<>();
      while (read.size() < sent.size()) {
        for (var record : consumer.poll(Duration.ofMillis(500))) read.add(record);
      }
      for (int i = 0; i < sent.size(); i++) {
        var record = read.get(i);
        Expect.equal(sent.get(i), record.value(), "value " + i);
        Expect.equal((long) i, record.offset(), "offset");
        Expect.equal(i % 2 == 0 ? "key " + i % EACH : null, record.key(), "key");
        String codec = sent.get(i).split(" ")[0];
        Expect.equal(codec, new String(record.headers().lastHeader("h").value()), "header");
        Expect.equal(null, record.headers().lastHeader("none").value(), "empty header");
        Expect.equal(1_000_000L + i, record.timestamp(), "timestamp");
      }
      Expect.ok("consume, read_committed");
      var found = consumer.offsetsForTimes(Map.of(partition, 1_000_777L)).get(partition);
      Expect.equal(777L, found.offset(), "offset for a time");
      Expect.equal(Map.of(partition, 0L), consumer.beginningOffsets(List.of(partition)), "first");
      long end = sent.size();
      Expect.equal(Map.of(partition, end), consumer.endOffsets(List.of(partition)), "end");
      Expect.equal(0L, consumer.currentLag(partition).orElse(-1), "lag");
      Expect.ok("offsetsForTimes, beginningOffsets, endOffsets, currentLag");
    }
  }
}
