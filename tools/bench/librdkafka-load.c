/*
 * A load on librdkafka for the bench; its options are those of our own client there.
 *
 *   produce <brokers> <topic> <records> <bytes> <rate>  to partition 0; <rate> a second, 0 for as
 *                                                       fast as it goes
 *   consume <brokers> <topic> <records> <bytes>         of partition 0 from its beginning
 *
 * The time begins when it is connected and knows the leader.
 *
 * Prints "<seconds>", and for produce "<seconds> <p50> <p99>": milliseconds from the call to the
 * delivery report, without the first tenth of the records, which warm everything up.
 */
#include "../dev/librdkafka-program.h"
#include <string.h>
#include <time.h>

#define BATCH 1000

static float *latencies;
static int delivered = 0;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void on_delivery(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque) {
  (void)kafka;
  (void)opaque;
  if (message->err) fail("delivery", rd_kafka_err2str(message->err));
  latencies[delivered++] = rd_kafka_message_latency(message) / 1000.0f;
}

static int ascending(const void *one, const void *other) {
  float difference = *(const float *)one - *(const float *)other;
  return (difference > 0) - (difference < 0);
}

static void produce_one(rd_kafka_t *kafka, const char *topic, void *value, int bytes) {
  for (;;) {
    rd_kafka_resp_err_t error = rd_kafka_producev(
        kafka, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_VALUE(value, bytes),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (!error) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail("produce", rd_kafka_err2str(error));
    rd_kafka_poll(kafka, 10);
  }
}

static void produce(rd_kafka_t *kafka, const char *topic, int records, int bytes, int rate) {
  void *value = malloc(bytes);
  memset(value, 'x', bytes);
  latencies = malloc(records * sizeof(float));
  produce_one(kafka, topic, value, bytes);
  while (delivered < 1) rd_kafka_poll(kafka, 100);
  delivered = 0;
  double start = seconds();
  for (int sent = 0; sent < records;) {
    int due = rate == 0 ? sent + BATCH : (int)((seconds() - start) * rate);
    for (; sent < due && sent < records; sent++) produce_one(kafka, topic, value, bytes);
    rd_kafka_poll(kafka, rate == 0 ? 0 : 1);
  }
  while (delivered < records) rd_kafka_poll(kafka, 100);
  double time = seconds() - start;
  int warm = records / 10;
  int count = records - warm;
  qsort(latencies + warm, count, sizeof(float), ascending);
  printf("%f %f %f\n", time, latencies[warm + count / 2], latencies[warm + count * 99L / 100]);
}

static void consume(rd_kafka_t *kafka, const char *topic, int records, int bytes) {
  int64_t low, high;
  rd_kafka_resp_err_t error =
      rd_kafka_query_watermark_offsets(kafka, topic, 0, &low, &high, 60000);
  if (error) fail("offsets", rd_kafka_err2str(error));
  rd_kafka_poll_set_consumer(kafka);
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(kafka);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
  /* BEGINNING would have librdkafka look it up again, half a second later. */
  rd_kafka_topic_partition_list_add(list, topic, 0)->offset = low;
  double start = seconds();
  if (rd_kafka_assign(kafka, list)) fail("assign", topic);
  for (int read = 0; read < records;) {
    rd_kafka_message_t *batch[BATCH];
    ssize_t count = rd_kafka_consume_batch_queue(queue, 1000, batch, BATCH);
    for (ssize_t i = 0; i < count; i++) {
      if (batch[i]->err) fail("consume", rd_kafka_message_errstr(batch[i]));
      if (batch[i]->len != (size_t)bytes) fail("consume", "a record of another size");
      rd_kafka_message_destroy(batch[i]);
    }
    read += count;
  }
  printf("%f\n", seconds() - start);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_queue_destroy(queue);
}

int main(int argc, char **argv) {
  int producing = argc == 7 && strcmp(argv[1], "produce") == 0;
  if (!producing && argc != 6) fail("usage", "produce|consume <brokers> <topic> <records> <bytes>");
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[2]);
  if (producing) {
    set(conf, "acks", "all");
    set(conf, "compression.codec", "none");
    set(conf, "linger.ms", "5");
    set(conf, "batch.size", "65536");
    set(conf, "max.in.flight.requests.per.connection", "5");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  } else {
    set(conf, "group.id", "unused");
    set(conf, "enable.auto.commit", "false");
    set(conf, "check.crcs", "true");
  }
  char why[256];
  rd_kafka_type_t type = producing ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  rd_kafka_t *kafka = rd_kafka_new(type, conf, why, sizeof(why));
  if (!kafka) fail("rd_kafka_new", why);
  if (producing) produce(kafka, argv[3], atoi(argv[4]), atoi(argv[5]), atoi(argv[6]));
  else consume(kafka, argv[3], atoi(argv[4]), atoi(argv[5]));
  rd_kafka_destroy(kafka);
  return 0;
}
