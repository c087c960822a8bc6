/** Why a test cannot say anything about our brokers. */
export type Inapplicability = 'security' | 'transactions' | 'ACLs';

interface Rule {
  readonly why: Inapplicability;
  /** Path of the test file from the suite's root. */
  readonly file: RegExp;
  /** Titles of the test, joined. Without it all tests of the file. */
  readonly title?: RegExp;
}

/**
 * Tests that ask a cluster for what ours does not have yet. Tests of the same things that ask no
 * cluster are not among them.
 */
const rules: readonly Rule[] = [
  { why: 'ACLs', file: /Acls\.spec\.js$/ },
  { why: 'security', file: /^src\/broker\/__tests__\/reauthenticate/ },
  {
    why: 'security',
    file: /\/__tests__\/(connection|connect|disconnect)\.spec\.js$|^src\/(network\/connection|producer\/index)\.spec\.js$/,
    title: /\b(SASL|SSL|SCRAM)\b/,
  },
  { why: 'transactions', file: /\/__tests__\/\w*T(xn|ransaction)\.spec\.js$/ },
  { why: 'transactions', file: /^src\/broker\/__tests__\/txnOffsetCommit/ },
  { why: 'transactions', file: /^src\/consumer\/__tests__\/(filterAborted|controlBatches)/ },
  { why: 'transactions', file: /./, title: /\btransaction(s|al)?\b/i },
];

/** @returns undefined when the test counts */
export function notApplicable(file: string, title: string): Inapplicability | undefined {
  return rules.find((rule) => rule.file.test(file) && (!rule.title || rule.title.test(title)))?.why;
}
