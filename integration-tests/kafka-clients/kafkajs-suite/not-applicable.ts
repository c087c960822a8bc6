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
  { why: 'ACLs', file: /^src\/(admin|broker)\/__tests__\/\w+Acls\.spec\.js$/ },
  { why: 'security', file: /^src\/broker\/__tests__\/reauthenticate\.spec\.js$/ },
  {
    why: 'security',
    file: /^src\/broker\/__tests__\/(connect|disconnect)\.spec\.js$/,
    title: /SASL|SaslAuthenticate|mechanism|PLAIN is configured/,
  },
  {
    why: 'security',
    file: /^src\/((admin|consumer)\/__tests__\/connection|producer\/index)\.spec\.js$/,
    title: /SASL|SSL/,
  },
  {
    why: 'security',
    file: /^src\/network\/connection\.spec\.js$/,
    title: /SSL (resolves|sets)/,
  },
  { why: 'transactions', file: /^src\/broker\/__tests__\/\w+Txn\.spec\.js$/ },
  { why: 'transactions', file: /^src\/broker\/__tests__\/txnOffsetCommit\.spec\.js$/ },
  {
    why: 'transactions',
    file: /^src\/(broker|cluster|consumer|producer)\/__tests__\/|^src\/producer\/index\.spec\.js$/,
    title: /^(?!.*(nontransactional|idempotent producer)).*(transaction|control batch)/i,
  },
];

/** @returns undefined when the test counts */
export function notApplicable(file: string, title: string): Inapplicability | undefined {
  return rules.find((rule) => rule.file.test(file) && (!rule.title || rule.title.test(title)))?.why;
}
