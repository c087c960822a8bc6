import { defineApi } from '../api';
import { array, bool, int16, int32, int64, string } from '../schema';

export const ApiVersions = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: '0-4',
  flexible: '3+',
  doc: 'Asks which APIs the broker answers and in which versions. The first request on a connection.',
  request: {
    clientSoftwareName: string('Name of the client library.', { versions: '3+', ignorable: true }),
    clientSoftwareVersion: string('Its version.', { versions: '3+', ignorable: true }),
  },
  response: {
    errorCode: int16('0, or why the question could not be answered.'),
    apiKeys: array('The APIs this broker answers.', {
      apiKey: int16('Key of the API.'),
      minVersion: int16('Lowest version answered.'),
      maxVersion: int16('Highest version answered.'),
    }),
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    supportedFeatures: array(
      'Features the broker could support.',
      {
        name: string('Name of the feature.'),
        minVersion: int16('Lowest level.'),
        maxVersion: int16('Highest level.'),
      },
      { versions: '3+', tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64('Epoch of the finalized features, -1 when unknown.', {
      versions: '3+',
      tag: 1,
      default: -1,
      ignorable: true,
    }),
    finalizedFeatures: array(
      'Features in force in the whole cluster.',
      {
        name: string('Name of the feature.'),
        maxVersionLevel: int16('Highest level in force.'),
        minVersionLevel: int16('Lowest level in force.'),
      },
      { versions: '3+', tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool('Whether a migration away from ZooKeeper is possible: never.', {
      versions: '3+',
      tag: 3,
      default: false,
      ignorable: true,
    }),
  },
});
