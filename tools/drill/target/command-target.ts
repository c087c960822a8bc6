import type { Ability, BrokerTarget } from './broker-target';
import { run } from './run-command';
import { DrillTargetError } from './target-error';

/** Commands for the shell, `{id}` standing for the broker's id. */
export interface CommandTemplates {
  readonly kill: string;
  readonly start: string;
  readonly stop?: string;
  readonly pause?: string;
  readonly resume?: string;
}

/** Brokers anywhere, by commands that somebody gives. */
export class CommandTarget implements BrokerTarget {
  readonly description = 'brokers that the given commands reach';
  readonly abilities: ReadonlySet<Ability>;

  constructor(private readonly templates: CommandTemplates) {
    const { stop, pause, resume } = templates;
    const abilities: Ability[] = [];
    if (stop !== undefined) abilities.push('stop');
    if (pause !== undefined && resume !== undefined) abilities.push('pause');
    this.abilities = new Set(abilities);
  }

  missing(): Promise<number[]> {
    return Promise.resolve([]);
  }

  kill(broker: number): Promise<void> {
    return this.run('kill', broker);
  }

  stop(broker: number): Promise<void> {
    return this.run('stop', broker);
  }

  start(broker: number): Promise<void> {
    return this.run('start', broker);
  }

  pause(broker: number): Promise<void> {
    return this.run('pause', broker);
  }

  async resume(broker: number): Promise<void> {
    if (this.templates.resume !== undefined) await this.run('resume', broker);
  }

  cut(broker: number): Promise<void> {
    return this.run('cut', broker);
  }

  mend(): Promise<void> {
    return Promise.resolve();
  }

  killZookeeperLeader(): Promise<string> {
    return Promise.reject(this.without('ZooKeeper'));
  }

  startZookeeper(): Promise<void> {
    return Promise.resolve();
  }

  private async run(what: keyof CommandTemplates | 'cut', broker: number): Promise<void> {
    const template = what === 'cut' ? undefined : this.templates[what];
    if (template === undefined) throw this.without(what);
    await run('sh', ['-c', template.replaceAll('{id}', String(broker))]);
  }

  private without(what: string): DrillTargetError {
    return new DrillTargetError(
      `There is no command for "${what}".`,
      'Choose a drill that does not need it.',
    );
  }
}
