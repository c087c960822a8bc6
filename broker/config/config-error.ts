import { KafkaClassicError } from '../../client/runtime/error';

/** A config has a name or a value that cannot be used. Its code is Kafka's INVALID_CONFIG. */
export class ConfigError extends KafkaClassicError {
  /**
   * @param message which config, which value, what is allowed instead
   * @param keys names of the configs that have to change
   */
  constructor(
    message: string,
    readonly keys: readonly string[],
    advice = 'Correct the value, or remove it to use the default.',
  ) {
    super(message, { code: 'INVALID_CONFIG', retriable: false, advice });
  }

  /** One error for all that is wrong, so that one reading is enough to mend it. */
  static all(problems: readonly ConfigError[]): ConfigError {
    if (problems.length === 1) return problems[0];
    const lines = problems.map((problem) => `\n  - ${problem.message} ${problem.advice}`);
    return new ConfigError(
      `${problems.length} configs cannot be used:${lines.join('')}\n`,
      problems.flatMap((problem) => problem.keys),
      '',
    );
  }
}
