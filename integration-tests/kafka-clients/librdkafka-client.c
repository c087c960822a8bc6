/*
 * A client on librdkafka for the tests of this folder.
 *
 *   produce <brokers> <topic> <count>      writes the numbers from 0 on to partition 0, as an
 *                                          idempotent producer with acks=all
 *   stream <brokers> <topic> <partitions>  the same, to all partitions in turn, some hundred a
 *                                          second, until its stdin ends
 *   consume <brokers> <topic> <count>      reads so many records of partition 0; prints
 *                                          "<offset> <value>"
 *
 * What writes prints "delivered <number> <partition> <offset> <at> <latency>" for each record, both
 * times in microseconds.
 */
#include "../../tools/dev/librdkafka-program.h"
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int failures = 0;

static void delivered(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque) {
  (void)kafka;
  (void)opaque;
  if (message->err) {
    failures++;
    fprintf(stderr, "%.*s: %s\n", (int)message->len, (char *)message->payload,
            rd_kafka_err2str(message->err));
    return;
  }
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("delivered %.*s %d %lld %lld %lld\n", (int)message->len, (char *)message->payload,
         (int)message->partition, (long long)message->offset,
         now.tv_sec * 1000000LL + now.tv_nsec / 1000, (long long)rd_kafka_message_latency(message));
  fflush(stdout);
}

static void produce_one(rd_kafka_t *kafka, const char *topic, int partition, int number) {
  char value[16];
  int length = snprintf(value, sizeof(value), "%d", number);
  rd_kafka_resp_err_t error = rd_kafka_producev(
      kafka, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_VALUE(value, length), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
  if (error) fail("produce", rd_kafka_err2str(error));
  rd_kafka_poll(kafka, 5);
}

static void flush(rd_kafka_t *kafka) {
  if (rd_kafka_flush(kafka, 60000)) fail("flush", "not all was delivered in time");
}

static void produce(rd_kafka_t *kafka, const char *topic, int count) {
  for (int i = 0; i < count; i++) produce_one(kafka, topic, 0, i);
  flush(kafka);
}

static int stdin_has_ended(void) {
  struct pollfd in = {.fd = 0, .events = POLLIN};
  char byte;
  return poll(&in, 1, 0) > 0 && read(0, &byte, 1) <= 0;
}

static void stream(rd_kafka_t *kafka, const char *topic, int partitions) {
  for (int i = 0; !stdin_has_ended(); i++) produce_one(kafka, topic, i % partitions, i);
  flush(kafka);
}

static void consume(rd_kafka_t *kafka, const char *topic, int count) {
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  if (rd_kafka_assign(kafka, list)) fail("assign", topic);
  rd_kafka_topic_partition_list_destroy(list);
  while (count > 0) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(kafka, 1000);
    if (!message) continue;
    if (message->err) fail("consume", rd_kafka_message_errstr(message));
    printf("%lld %.*s\n", (long long)message->offset, (int)message->len, (char *)message->payload);
    rd_kafka_message_destroy(message);
    count--;
  }
}

int main(int argc, char **argv) {
  if (argc != 5) fail("usage", "produce|stream|consume <brokers> <topic> <count>");
  int streaming = strcmp(argv[1], "stream") == 0;
  int producing = streaming || strcmp(argv[1], "produce") == 0;
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[2]);
  if (producing) {
    set(conf, "enable.idempotence", "true");
    set(conf, "compression.codec", "zstd");
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  } else {
    set(conf, "group.id", "unused");
    set(conf, "enable.auto.commit", "false");
  }
  char why[256];
  rd_kafka_t *kafka = rd_kafka_new(producing ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, why,
                                   sizeof(why));
  if (!kafka) fail("rd_kafka_new", why);
  if (streaming) stream(kafka, argv[3], atoi(argv[4]));
  else if (producing) produce(kafka, argv[3], atoi(argv[4]));
  else consume(kafka, argv[3], atoi(argv[4]));
  rd_kafka_destroy(kafka);
  return failures == 0 ? 0 : 1;
}
