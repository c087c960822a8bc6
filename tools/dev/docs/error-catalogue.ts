/** An error code of ours, explained for whoever meets it in a log or on a terminal. */
export interface CatalogueEntry {
  readonly code: string;
  readonly retriable: boolean;
  readonly meaning: string;
  /** What to do next. The error itself says it too, with names and numbers. */
  readonly advice: string;
}

export interface CatalogueSection {
  readonly title: string;
  readonly entries: readonly CatalogueEntry[];
}

const fatal = (code: string, meaning: string, advice: string): CatalogueEntry => ({
  code,
  retriable: false,
  meaning,
  advice,
});
const passing = (code: string, meaning: string, advice: string): CatalogueEntry => ({
  code,
  retriable: true,
  meaning,
  advice,
});

/** Every code that is neither Kafka's (PROTOCOL.md) nor an operation's on ZooKeeper (ZK_CODES). */
export const errorCatalogue: readonly CatalogueSection[] = [
  {
    title: 'Clients',
    entries: [
      passing(
        'NO_BROKER_REACHABLE',
        'None of the bootstrap servers, and none of the brokers known by now, takes a connection.',
        'See that the brokers run, that host and port are right, and that no firewall is in between.',
      ),
      passing(
        'RETRIES_EXHAUSTED',
        'An operation was repeated until its time or its number of attempts was used up.',
        'The cause says what happened last. Allow more time if that passes by itself.',
      ),
      fatal(
        'CLIENT_CLOSED',
        'The client was closed before or while it was used.',
        'Make a new one, or close it only when everything has come back.',
      ),
      fatal(
        'CLIENT_OPTIONS_INVALID',
        'An option given to a client makes no sense, by itself or with another.',
        'The message names the option and what is allowed.',
      ),
      passing(
        'BUFFER_FULL',
        'A record found no room in the producer within `maxBlockMs`, because earlier ones are not acknowledged yet. It was not sent.',
        'Await deliveries before sending more; look at why the brokers are slow; or raise `bufferMemory`.',
      ),
      passing(
        'DELIVERY_TIMED_OUT',
        'A batch was not acknowledged within `deliveryTimeoutMs`. If it was sent at all, it may be in the log all the same.',
        'The cause says what happened last. Raise `deliveryTimeoutMs` if that passes by itself.',
      ),
      fatal(
        'ADMIN_PARTIAL_FAILURE',
        'A call about several topics, partitions, configs or brokers failed for some of them, for different reasons. It is retriable when all of them are.',
        '`failures` has the error of each, `succeeded` what was done all the same.',
      ),
      passing(
        'WAKEUP',
        'Somebody called `wakeup()` to end a poll. Nothing is lost.',
        'Do what it was called for, then poll again.',
      ),
      fatal(
        'CONSUMER_STATE',
        'A call that the consumer does not allow at the moment, such as seeking in a partition that is not assigned to it.',
        'The message says what has to be done first.',
      ),
      fatal(
        'LOG_TRUNCATION',
        "Records that a consumer has read are not in the log any more, and `autoOffsetReset` is `'none'`: a replica that lacked them has become the leader.",
        'Undo what was made of them if that matters, then seek to the offset that the message names.',
      ),
      fatal(
        'NO_OFFSET_FOR_PARTITION',
        "There is no position to begin from, and `autoOffsetReset` is `'none'`.",
        'Seek to an offset, or set `autoOffsetReset` to `earliest` or `latest`.',
      ),
      fatal(
        'COMMIT_FAILED',
        'Offsets were not committed, because the consumer does not own the partitions any more or was thrown out of its group.',
        'Whoever owns the partitions now begins at the last committed offset. Raise `maxPollIntervalMs` or `sessionTimeoutMs` if handlers, or pauses of the process, take longer.',
      ),
    ],
  },
  {
    title: 'Brokers',
    entries: [
      passing(
        'PEER_UNKNOWN',
        'A broker wanted to ask another one that is not registered, or has no listener for brokers.',
        'It is repeated by itself. If it lasts, look at the listeners and `inter.broker.listener.name` of that broker.',
      ),
      fatal(
        'DUPLICATE_BROKER_ID',
        'A living broker is registered with this `broker.id`. It is never thrown out.',
        'Stop it, or give this one another id. After a crash, wait until the old session has expired.',
      ),
      passing(
        'ZOOKEEPER_UNREACHABLE',
        'A broker starts, and no ZooKeeper server of `zookeeper.connect` answers.',
        'Start ZooKeeper, or correct the address. `kafka-doctor` and `zookeeper-shell` say more about it.',
      ),
      passing(
        'LISTENER_FAILED',
        'A listener cannot be bound: the port is taken, or the address is not one of this machine.',
        '`ss -ltnp` shows who has the port. Change `listeners`.',
      ),
      fatal(
        'HTTP_LISTENER_FAILED',
        'The page of metrics and health cannot be served on its address.',
        'Free the address, or change or remove `http.listener`.',
      ),
      fatal(
        'LOG_DIRECTORY_UNUSABLE',
        'A directory in `log.dirs` must not be used: another process has it, it belongs to another broker or cluster, or files in it contradict each other.',
        'The message names the file and what is wrong with it. Do not delete what you cannot restore.',
      ),
      passing(
        'CONTROLLER_TERM_OVER',
        'A broker lost the office of the controller in the middle of something; the rest of it was not done.',
        'Nothing: the controller that is in office now sees to it.',
      ),
      fatal(
        'CONTROLLER_FENCED',
        'Another broker has become the controller; writes in the name of the former are refused.',
        'Nothing: the broker resigns by itself. If it happens often, look for long pauses of the process.',
      ),
      fatal(
        'GROUP_FENCED',
        'Another broker coordinates the group now; writes in the name of the former coordinator are refused.',
        'Nothing: the broker lets go of the group, and clients find the other one. If it happens often, look for long pauses of the process.',
      ),
    ],
  },
  {
    title: 'ZooKeeper',
    entries: [
      passing(
        'ZK_LEASE_LOST',
        'The session with ZooKeeper may have expired unnoticed, so what needs certainty was refused.',
        'Wait until the connection is back, or ask another broker.',
      ),
      fatal(
        'MALFORMED_ZNODE',
        'A znode holds something that is not what Kafka writes there.',
        'Look at it with `zookeeper-shell`; find out who wrote it, then mend or delete it.',
      ),
      fatal(
        'ZK_LIBRARY_MISMATCH',
        'The installed node-zookeeper-client is not the version this code is built on.',
        'Install exactly the version that package.json names.',
      ),
      fatal(
        'ZOOKEEPER_NOT_FOUND',
        'There is no ZooKeeper to use, and none could be got.',
        'Install java and ZooKeeper, or docker, or set `ZOOKEEPER_CONNECT`.',
      ),
      fatal(
        'NO_CLUSTER',
        'There is a ZooKeeper, and no broker has ever used it, or that chroot of it.',
        'Compare the address and the chroot with `zookeeper.connect` of the brokers.',
      ),
      passing(
        'ZOOKEEPER_START',
        'A ZooKeeper was found, but it does not come up or does not answer.',
        'Its log, named in the message, says why. Often its port is taken.',
      ),
      fatal(
        'ZOOKEEPER_PROPERTIES',
        'The configuration file of ZooKeeper lacks a key that is needed, or has a value that cannot be used.',
        'The message names file and key.',
      ),
    ],
  },
  {
    title: 'Tools',
    entries: [
      fatal('USAGE', 'The command line is wrong. Nothing was attempted.', 'See `--help`.'),
      fatal(
        'FILE_UNREADABLE',
        'A file that the command line names is not there or may not be read; or kafka-dump-log finds that its content is not what its name says.',
        'Check the path; a relative one starts at the current directory. kafka-dump-log reads the files of a partition, as they lie in `log.dirs/<topic>-<partition>/`; the broker builds indexes and snapshots anew.',
      ),
      fatal(
        'PARTITIONS_FILE_INVALID',
        'A file that names partitions is not JSON of the form expected.',
        'Write `{"partitions": [{"topic": "t", "partition": 0}]}`, no partition twice.',
      ),
      fatal(
        'OFFSETS_STORAGE_DIFFERS',
        'kafka-offsets-storage is to move offsets to a storage that not all brokers use.',
        'Set `offsets.storage` of all brokers and restart them one after the other first (docs/offsets-storage.md).',
      ),
      fatal(
        'RESET_FILE_INVALID',
        'The file given to kafka-consumer-groups with `--from-file` is not CSV of the form expected.',
        'Write lines of `topic,partition,offset`, with the group before them for several groups; `--export` prints such.',
      ),
      fatal(
        'NO_COMMITTED_OFFSET',
        'An offset was to be shifted, and the group has committed none for the partition.',
        'Reset the partition to an end, an offset or a time instead.',
      ),
      fatal(
        'REASSIGNMENT_FILE_INVALID',
        'The file given to kafka-reassign-partitions with `--reassignment-json-file` is not JSON of the form expected.',
        'Write `{"partitions": [{"topic": "t", "partition": 0, "replicas": [1, 2]}], "version": 1}`, no partition and no broker twice.',
      ),
      fatal(
        'TOPICS_FILE_INVALID',
        'The file given to kafka-reassign-partitions with `--topics-to-move-json-file` is not JSON of the form expected.',
        'Write `{"topics": [{"topic": "t"}], "version": 1}`, no topic twice.',
      ),
      fatal(
        'BROKER_UNKNOWN',
        'kafka-reassign-partitions was given a broker that does not live at the moment.',
        'The error names the brokers that do.',
      ),
      fatal(
        'RACKS_INCOMPLETE',
        'kafka-reassign-partitions cannot heed racks because only some of the brokers have one.',
        'Set `broker.rack` at all of them, or add `--disable-rack-aware`.',
      ),
      fatal(
        'TOO_FEW_BROKERS',
        'A topic has more replicas than `--broker-list` names brokers.',
        'Name more brokers.',
      ),
      fatal(
        'REASSIGNMENT_FAILED',
        'The controller has refused to move some partitions, or to stop moving them.',
        'The message has its reason for each. What it did not refuse goes on; see `--list`.',
      ),
      fatal(
        'THROTTLES_LEFT',
        'kafka-reassign-partitions could not remove the throttle of some brokers or topics. They go on copying slowly.',
        'Run `--verify` again until it can.',
      ),
      fatal(
        'OFFSET_FILE_INVALID',
        'The file given to kafka-delete-records is not JSON of the form expected.',
        'Write `{"partitions": [{"topic": "t", "partition": 0, "offset": 5}], "version": 1}`.',
      ),
      fatal(
        'DESERIALIZATION',
        'A key or value read by kafka-console-consumer has another size than its deserializer expects.',
        'Use the deserializer that goes with how it was written, or `--skip-message-on-error`.',
      ),
      fatal(
        'LINE_TOO_LONG',
        'A line of the input is longer than the tool takes in.',
        'See that the input is text with line ends, or cut it.',
      ),
      fatal(
        'LINE_FORMAT',
        'A line of the input lacks a separator that the options of the reader ask for, such as the one between key and value.',
        'Mend the line, name the right separator with `--property`, or set `ignore.error=true`.',
      ),
      fatal(
        'BROKER_START_FAILED',
        'A broker that was to run in the background has ended before it could serve.',
        'The end of its log is in the message, the whole in the file it names.',
      ),
      fatal(
        'ZOOKEEPER_CHANGED',
        'The broker of an earlier `npm start` still runs, with another ZooKeeper than this start found or was given.',
        'Run `npm stop`, then `npm start`.',
      ),
      fatal(
        'DRILL_TARGET_FAILED',
        '`kafka-drill` could not kill, stop, pause, cut off or bring back a broker, or found none.',
        'The message says what was tried; try it by hand.',
      ),
      fatal(
        'DRILL_TIMED_OUT',
        'In a drill of `kafka-drill` the cluster did not come into the state that was waited for.',
        'Look into the logs of the brokers, and ask `kafka-doctor`.',
      ),
      fatal(
        'ROUND_TRIP_MISMATCH',
        'What `npm start` read back is not what it had sent.',
        "The message names the differences. If nobody else wrote to the topic meanwhile, look into the broker's log.",
      ),
      passing(
        'START_IN_PROGRESS',
        'Another `npm start` is at work on the same folder.',
        'Let it finish, or use another folder with `--data`.',
      ),
      passing(
        'PACKAGE_INSTALL',
        'apt-get could not install what `npm start` or `npm test` needs.',
        'Run the command in the message yourself to see more.',
      ),
    ],
  },
];
