/*
 * A member of a group on librdkafka, with the assignor cooperative-sticky:
 *
 *   librdkafka-member <brokers> <topic> <group>
 *
 * It reads until it gets SIGTERM and tells what happens in the lines of kafka-verifiable-consumer.
 *
 * It commits when it gets SIGUSR1, before it gives partitions back, and at its end, but not all the
 * time: a commit that meets the end of a rebalance is refused with ILLEGAL_GENERATION, by Kafka's
 * brokers as by ours, and librdkafka 2.0.2 then lets go of everything it owns.
 */
#include "../../tools/dev/librdkafka-program.h"
#include <signal.h>
#include <string.h>
#include <time.h>

#define MAX_PARTITIONS 64

/* Where each partition goes on; 0 when nothing has been read since the last commit. */
static long long next_offset[MAX_PARTITIONS];

static volatile sig_atomic_t ending = 0;
static volatile sig_atomic_t committing = 0;

static void on_signal(int signal) {
  if (signal == SIGTERM) ending = 1;
  else committing = 1;
}

/* Begins a line; end_event ends it. */
static void event(const char *name) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  printf("{\"timestamp\":%lld.%06ld,\"name\":\"%s\"", now.tv_sec * 1000LL + now.tv_nsec / 1000000,
         now.tv_nsec % 1000000, name);
}

static void end_event(void) {
  puts("}");
  fflush(stdout);
}

static void tell_partitions(const char *name, const rd_kafka_topic_partition_list_t *partitions) {
  event(name);
  printf(",\"partitions\":[");
  for (int i = 0; i < partitions->cnt; i++) {
    printf("%s{\"topic\":\"%s\",\"partition\":%d}", i ? "," : "", partitions->elems[i].topic,
           (int)partitions->elems[i].partition);
  }
  printf("]");
  end_event();
}

static void tell_committed(const rd_kafka_topic_partition_list_t *list, rd_kafka_resp_err_t error) {
  event("offsets_committed");
  printf(",\"offsets\":[");
  for (int i = 0; i < list->cnt; i++) {
    printf("%s{\"topic\":\"%s\",\"partition\":%d,\"offset\":%lld}", i ? "," : "",
           list->elems[i].topic, (int)list->elems[i].partition, (long long)list->elems[i].offset);
  }
  printf("],\"success\":%s", error ? "false" : "true");
  if (error) printf(",\"error\":\"%s\"", rd_kafka_err2name(error));
  end_event();
}

/* A commit that fails is told of and made up for by the next one. */
static void commit(rd_kafka_t *kafka, const char *topic) {
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(MAX_PARTITIONS);
  for (int i = 0; i < MAX_PARTITIONS; i++) {
    if (next_offset[i] == 0) continue;
    rd_kafka_topic_partition_list_add(list, topic, i)->offset = next_offset[i];
  }
  if (list->cnt > 0) {
    rd_kafka_resp_err_t error = rd_kafka_commit(kafka, list, 0);
    tell_committed(list, error);
    if (!error) memset(next_offset, 0, sizeof(next_offset));
  }
  rd_kafka_topic_partition_list_destroy(list);
}

static void rebalance(rd_kafka_t *kafka, rd_kafka_resp_err_t what,
                      rd_kafka_topic_partition_list_t *partitions, void *topic) {
  rd_kafka_error_t *error;
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    tell_partitions("partitions_assigned", partitions);
    error = rd_kafka_incremental_assign(kafka, partitions);
  } else {
    if (!rd_kafka_assignment_lost(kafka)) commit(kafka, topic);
    tell_partitions("partitions_revoked", partitions);
    error = rd_kafka_incremental_unassign(kafka, partitions);
  }
  if (error) fail("rebalance", rd_kafka_error_string(error));
}

static void receive(const rd_kafka_message_t *message) {
  int partition = message->partition;
  if (partition >= MAX_PARTITIONS) fail("consume", "a partition too many");
  event("record_data");
  printf(",\"key\":null,\"value\":\"%.*s\",\"topic\":\"%s\",\"partition\":%d,\"offset\":%lld",
         (int)message->len, (char *)message->payload, rd_kafka_topic_name(message->rkt), partition,
         (long long)message->offset);
  end_event();
  event("records_consumed");
  printf(",\"count\":1,\"partitions\":[{\"topic\":\"%s\",\"partition\":%d,\"count\":1,"
         "\"minOffset\":%lld,\"maxOffset\":%lld}]",
         rd_kafka_topic_name(message->rkt), partition, (long long)message->offset,
         (long long)message->offset);
  end_event();
  next_offset[partition] = message->offset + 1;
}

int main(int argc, char **argv) {
  if (argc != 4) fail("usage", "<brokers> <topic> <group>");
  char *topic = argv[2];
  signal(SIGTERM, on_signal);
  signal(SIGUSR1, on_signal);
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[1]);
  set(conf, "group.id", argv[3]);
  set(conf, "partition.assignment.strategy", "cooperative-sticky");
  set(conf, "auto.offset.reset", "earliest");
  set(conf, "enable.auto.commit", "false");
  rd_kafka_conf_set_rebalance_cb(conf, rebalance);
  rd_kafka_conf_set_opaque(conf, topic);
  char why[256];
  rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
  if (!kafka) fail("rd_kafka_new", why);
  rd_kafka_poll_set_consumer(kafka);
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
  if (rd_kafka_subscribe(kafka, topics)) fail("subscribe", topic);
  rd_kafka_topic_partition_list_destroy(topics);
  event("startup_complete");
  end_event();
  while (!ending) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(kafka, 100);
    /* Errors that come this way are for the record: librdkafka goes on by itself. */
    if (message && message->err) fprintf(stderr, "%s\n", rd_kafka_message_errstr(message));
    if (message && !message->err) receive(message);
    if (message) rd_kafka_message_destroy(message);
    if (committing) {
      committing = 0;
      commit(kafka, topic);
    }
  }
  rd_kafka_consumer_close(kafka);
  rd_kafka_destroy(kafka);
  event("shutdown_complete");
  end_event();
  return 0;
}
