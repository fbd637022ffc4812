import { readConfig } from '../../lib/config/readConfig';
import { createObjectStore } from '../../lib/app';
import { rawFolder } from '../../lib/lakehouse/paths';
import { SAMPLE_DATASET, SAMPLE_DATE, stateOfTheUnion } from '../../samples/stateOfTheUnion';

/** Uploads the sample's files to raw/, as a user would. Skips files that are already there with the same size. */
export async function dropSample(settings: Record<string, string>): Promise<{ files: number; records: number }> {
  const config = readConfig(settings);
  const store = createObjectStore(config);
  const container = config.lake.containers.raw;
  await store.ensureContainer(container);
  const files = stateOfTheUnion();
  for (const { name, content } of files) {
    const target = `${rawFolder(SAMPLE_DATASET, SAMPLE_DATE)}${name}`;
    const present = await store.info(container, target);
    if (present?.size !== Buffer.byteLength(content)) await store.write(container, target, content);
  }
  return { files: files.length, records: files.reduce((sum, { records }) => sum + records, 0) };
}
