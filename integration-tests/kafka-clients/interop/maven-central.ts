import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnavailableClientError, type PrepareOptions } from './interop-client';

const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2';

/**
 * Fetches jars from Maven Central into a folder, as far as they are not there.
 *
 * @param libraries group, artifact and version of each as a path, `org/slf4j/slf4j-api/1.7.36`
 * @throws UnavailableClientError
 */
export async function fetchJars(
  libraries: readonly string[],
  folder: string,
  note: PrepareOptions['note'],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const library of libraries) {
    const [version, artifact] = library.split('/').reverse();
    const name = `${artifact}-${version}.jar`;
    if (existsSync(join(folder, name))) continue;
    const url = `${MAVEN_CENTRAL}/${library}/${name}`;
    note(`Fetching ${url}`);
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`status ${response.status}`);
      const part = join(folder, `${name}.part`);
      writeFileSync(part, Buffer.from(await response.arrayBuffer()));
      renameSync(part, join(folder, name));
    } catch (error) {
      throw new UnavailableClientError(`${url} cannot be fetched: ${String(error)}`);
    }
  }
}
