import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/** The version that the templates are checked with. A newer one may have rules that they do not meet yet. */
const VERSION = '0.49.2';
const PACKAGES: Record<string, string> = {
  'linux-x64': 'Azure.Bicep.CommandLine.linux-x64',
  'linux-arm64': 'Azure.Bicep.CommandLine.linux-arm64',
  'darwin-x64': 'Azure.Bicep.CommandLine.osx-x64',
  'darwin-arm64': 'Azure.Bicep.CommandLine.osx-arm64',
  'win32-x64': 'Azure.Bicep.CommandLine.win-x64',
};

/** The Bicep compiler, or why there is none. */
export type Bicep = { executable: string } | { missing: string };

/**
 * Finds the Bicep compiler: on PATH, named by BICEP_PATH, in the user's cache, or restored from its NuGet package, which needs
 * the .NET SDK, and then kept in the cache. Nothing of it is in the repository.
 */
export function findBicep(environment: NodeJS.ProcessEnv = process.env): Bicep {
  if (answers('bicep')) return { executable: 'bicep' };
  const named = environment.BICEP_PATH;
  if (named) return answers(named) ? { executable: named } : { missing: `BICEP_PATH does not run: ${named}` };
  const name = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  const cache = path.join(environment.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'pipeline-x', 'bicep');
  const cached = path.join(cache, VERSION, name);
  if (answers(cached)) return { executable: cached };
  return restore(cached, name);
}

function answers(executable: string): boolean {
  return spawnSync(executable, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Restores the NuGet package with a project file in a temporary folder, and moves the compiler to the cache. */
function restore(cached: string, name: string): Bicep {
  const packageName = PACKAGES[`${process.platform}-${process.arch}`];
  if (packageName === undefined)
    return { missing: `there is no package of it for ${process.platform} ${process.arch}` };
  if (spawnSync('dotnet', ['--version'], { stdio: 'ignore' }).status !== 0) {
    return { missing: 'neither bicep nor the .NET SDK is on PATH' };
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-x-bicep-'));
  try {
    const major = execFileSync('dotnet', ['--version'], { encoding: 'utf8' }).split('.')[0];
    const project = path.join(folder, 'bicep.csproj');
    writeFileSync(
      project,
      `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net${major}.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="${packageName}" Version="[${VERSION}]" ExcludeAssets="all" /></ItemGroup>
</Project>
`,
    );
    const { status } = spawnSync('dotnet', ['restore', project, '--packages', path.join(folder, 'packages')], {
      stdio: 'ignore',
      timeout: 300_000,
    });
    const restored = path.join(folder, 'packages', packageName.toLowerCase(), VERSION, 'tools', name);
    if (status !== 0 || !existsSync(restored)) return { missing: `${packageName} ${VERSION} could not be restored` };
    mkdirSync(path.dirname(cached), { recursive: true });
    // Under another name first: a second process may look for it at the same time.
    const arriving = `${cached}.${process.pid}`;
    cpSync(restored, arriving);
    renameSync(arriving, cached);
    return answers(cached) ? { executable: cached } : { missing: `the restored ${packageName} does not run` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
