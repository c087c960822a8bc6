/* global expect */
/**
 * Runs within the suite's jest, before each test file: notes which tests open connections, so that
 * those that speak to brokers can be told from those that do without. One line of JSON each.
 */
const { appendFileSync } = require('fs');
const { Socket } = require('net');

const ORIGINAL = Symbol.for('kafka-classic.connect');
// The suite's jest does not know the prefix `node:` yet. Core modules are the same in all test files, `expect` is not.
const connect = Socket.prototype[ORIGINAL] || Socket.prototype.connect;
Socket.prototype[ORIGINAL] = connect;

Socket.prototype.connect = function (...args) {
  const { testPath, currentTestName } = expect.getState();
  const note = JSON.stringify({ testPath, currentTestName });
  appendFileSync(process.env.KAFKA_CLASSIC_CONNECTIONS, `${note}\n`);
  return connect.apply(this, args);
};
