/* global expect */
/**
 * Runs within the suite's jest, before each test file: notes which tests open connections to our
 * brokers, so that those that speak to them can be told from those that do without. One line of JSON
 * each.
 */
const { appendFileSync } = require('fs');
const { Socket } = require('net');

const { KAFKA_CLASSIC_PORTS, KAFKA_CLASSIC_CONNECTIONS } = process.env;
const ports = KAFKA_CLASSIC_PORTS.split(',').map(Number);

const ORIGINAL = Symbol.for('kafka-classic.connect');
// Core modules are the same in all test files, `expect` is not.
const connect = Socket.prototype[ORIGINAL] || Socket.prototype.connect;
Socket.prototype[ORIGINAL] = connect;

Socket.prototype.connect = function (...args) {
  // Node hands its normalized arguments on as one array.
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (ports.includes(options.port)) {
    const { testPath, currentTestName } = expect.getState();
    const note = JSON.stringify({ testPath, currentTestName });
    appendFileSync(KAFKA_CLASSIC_CONNECTIONS, `${note}\n`);
  }
  return connect.apply(this, args);
};
