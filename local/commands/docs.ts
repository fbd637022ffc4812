import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedPages } from '../docs/pages';
import { findLayout } from '../platform/layout';
import { print } from '../terminal/print';

for (const { file, text } of generatedPages) {
  writeFileSync(path.join(findLayout().appDirectory, file), text());
  print(file);
}
