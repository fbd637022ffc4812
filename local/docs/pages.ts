import { problemsPage } from './problemsPage';
import { settingsPage } from './settingsPage';

/** Documentation that is generated from the tables of the code, so that the two cannot differ. */
export const generatedPages: { file: string; text: () => string }[] = [
  { file: 'docs/problems.md', text: problemsPage },
  { file: 'docs/settings.md', text: settingsPage },
];
