import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An idempotent producer and two members of a cooperative group go on until there is something on
 * stdin, while brokers are killed; the one who kills judges by the lines
 * {@code delivered <value> <partition> <offset>} and {@code read <member> <generation> <partition>
 * <offset> <value>}.
 */
final class FailoverCheck {
  private static final String TOPIC = "java-failover";
  private static final int PARTITIONS = 3;

  private FailoverCheck() {}

  static void run(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      Expect.get(admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 3))).all());
    }
    String assignor = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
    Map<String, String> configs = Map.of("partition.assignment.strategy", assignor);
    try (Member first = new Member(servers, TOPIC, TOPIC, configs);
        Member second = new Member(servers, TOPIC, TOPIC, configs)) {
      Expect.until(
          "shares", () -> first.share().size() + second.share().size() == PARTITIONS);
      AtomicInteger delivered = new AtomicInteger();
      int sent = produce(servers, delivered);
      Expect.equal(sent, delivered.get(), "records delivered");
      List<Member> members = List.of(first, second);
      Expect.until(
          "all records",
          () ->
              members.stream()
                      .flatMap(member -> member.read.stream().map(read -> read.record().value()))
                      .distinct()
                      .count()
                  == sent);
      for (int i = 0; i < members.size(); i++) {
        for (var read : members.get(i).read) {
          var record = read.record();
          System.out.printf(
              "read %d %d %d %d %s%n",
              i, read.generation(), record.partition(), record.offset(), record.value());
        }
      }
    }
  }

  private static int produce(String servers, AtomicInteger delivered) throws Exception {
    Map<String, Object> properties =
        Map.of("bootstrap.servers", servers, "enable.idempotence", "true", "acks", "all");
    int sent = 0;
    try (var producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      while (System.in.available() == 0) {
        String value = String.valueOf(sent);
        int partition = sent++ % PARTITIONS;
        producer.send(
            new ProducerRecord<>(TOPIC, partition, null, value),
            (metadata, error) -> {
              if (error != null) {
                System.err.println(value + ": " + error);
                return;
              }
              delivered.incrementAndGet();
              System.out.printf("delivered %s %d %d%n", value, partition, metadata.offset());
            });
        TimeUnit.MILLISECONDS.sleep(3);
      }
      producer.flush();
    }
    return sent;
  }
}
