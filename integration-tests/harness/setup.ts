// Starting ZooKeeper and brokers takes seconds on a busy machine. A test that hangs is ended by
// this; none waits for it.
jest.setTimeout(120_000);
