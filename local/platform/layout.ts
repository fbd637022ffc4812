import path from 'node:path';

/** Folders and files of the local platform. */
export interface Layout {
  /** The project: where host.json and package.json are. */
  appDirectory: string;
  /** What the Functions host loads: the project, or a package made by `npm run package`. */
  functionsFolder: string;
  dataDirectory: string;
  logs: string;
  azurite: string;
  vectors: string;
  functionsHost: string;
  webRoot: string;
  /** Records the process that runs the platform now, its children and its URLs. */
  stateFile: string;
}

/**
 * The compiled file is in `dist/local/platform`, so the project's folder is found from any current folder. An empty
 * setting counts as absent: it must not mean the current folder.
 */
export function findLayout(environment: NodeJS.ProcessEnv = process.env): Layout {
  const appDirectory = path.resolve(__dirname, '..', '..', '..');
  const dataDirectory = environment.PIPELINE_DATA_DIRECTORY || path.join(appDirectory, '.local');
  return layoutOf(appDirectory, dataDirectory, environment.PIPELINE_PACKAGE || appDirectory);
}

export function layoutOf(appDirectory: string, dataDirectory: string, functionsFolder = appDirectory): Layout {
  const data = path.resolve(dataDirectory);
  return {
    appDirectory,
    functionsFolder: path.resolve(appDirectory, functionsFolder),
    dataDirectory: data,
    logs: path.join(data, 'logs'),
    azurite: path.join(data, 'azurite'),
    vectors: path.join(data, 'vectors'),
    functionsHost: path.join(data, 'functions-host'),
    webRoot: path.join(appDirectory, 'static-web', 'dist'),
    stateFile: path.join(data, 'platform.json'),
  };
}
