/*
 * A client on librdkafka for librdkafka.test.ts.
 *
 *   produce <brokers> <topic> <count>  writes the numbers from 0 on as an idempotent producer with
 *                                      acks=all; prints "delivered <number> <offset>" for each
 *   consume <brokers> <topic> <count>  reads so many records of partition 0; prints "<offset> <value>"
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char why[256];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) != RD_KAFKA_CONF_OK) fail(name, why);
}

static void delivered(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque) {
  (void)kafka;
  (void)opaque;
  if (message->err) {
    failures++;
    fprintf(stderr, "%.*s: %s\n", (int)message->len, (char *)message->payload,
            rd_kafka_err2str(message->err));
    return;
  }
  printf("delivered %.*s %lld\n", (int)message->len, (char *)message->payload,
         (long long)message->offset);
  fflush(stdout);
}

static void produce(rd_kafka_t *kafka, const char *topic, int count) {
  for (int i = 0; i < count; i++) {
    char value[16];
    int length = snprintf(value, sizeof(value), "%d", i);
    rd_kafka_resp_err_t error =
        rd_kafka_producev(kafka, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                          RD_KAFKA_V_VALUE(value, length), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_END);
    if (error) fail("produce", rd_kafka_err2str(error));
    rd_kafka_poll(kafka, 5);
  }
  if (rd_kafka_flush(kafka, 60000)) fail("flush", "not all was delivered in time");
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
  if (argc != 5) fail("usage", "produce|consume <brokers> <topic> <count>");
  int producing = strcmp(argv[1], "produce") == 0;
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
  if (producing) produce(kafka, argv[3], atoi(argv[4]));
  else consume(kafka, argv[3], atoi(argv[4]));
  rd_kafka_destroy(kafka);
  return failures == 0 ? 0 : 1;
}
