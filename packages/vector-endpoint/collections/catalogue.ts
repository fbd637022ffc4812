import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { alreadyExists, notFound, wrongInput } from '../errors';
import { Collection } from './collection';
import type { CollectionConfig } from './collectionConfig';
import { readCheckedFile, replaceCheckedFile } from '../log/checkedFile';
import { removeTemporaryFiles } from '../log/durableFile';

const deletedSuffix = '.deleted';

/** All collections and aliases of a data folder. */
export class Catalogue {
  private readonly collections = new Map<string, Collection>();
  private aliasTargets = new Map<string, string>();

  private constructor(private readonly dataDirectory: string) {}

  /** Reads a data folder and creates it if it is missing. The caller must hold the lock of the folder. */
  static async open(dataDirectory: string): Promise<Catalogue> {
    const catalogue = new Catalogue(dataDirectory);
    try {
      await catalogue.read();
      return catalogue;
    } catch (error) {
      catalogue.collections.forEach((collection) => collection.discard());
      throw error;
    }
  }

  private async read(): Promise<void> {
    mkdirSync(this.collectionsFolder, { recursive: true });
    removeTemporaryFiles(this.dataDirectory);
    const entries = readdirSync(this.collectionsFolder);
    this.aliasTargets = this.readAliases(entries.filter((entry) => !entry.endsWith(deletedSuffix)));
    for (const entry of entries) {
      const folder = join(this.collectionsFolder, entry);
      const collection = entry.endsWith(deletedSuffix) ? undefined : await Collection.open(folder);
      if (collection === undefined) {
        rmSync(folder, { recursive: true, force: true });
      } else {
        this.collections.set(collection.name, collection);
      }
    }
  }

  /**
   * The file of aliases is written before the first collection, also without aliases. Only a folder of an earlier version
   * may be without it, which had no aliases then.
   *
   * @throws Error when the file is damaged, or missing although a collection was saved together with it
   */
  private readAliases(collectionFolders: readonly string[]): Map<string, string> {
    if (existsSync(this.aliasFile)) {
      return new Map(Object.entries(readCheckedFile(this.aliasFile) as Record<string, string>));
    }
    if (collectionFolders.some((folder) => Collection.hasAliasFile(join(this.collectionsFolder, folder)))) {
      throw new Error(
        `${this.aliasFile} is missing, so the aliases of the collections are unknown. Nothing was changed. ` +
          'Restore the file; or write {} into it, which starts without aliases, and create them again; ' +
          'or delete the data folder and load the collections again.',
      );
    }
    replaceCheckedFile(this.aliasFile, {});
    return new Map();
  }

  private get collectionsFolder(): string {
    return join(this.dataDirectory, 'collections');
  }

  private get aliasFile(): string {
    return join(this.dataDirectory, 'aliases.json');
  }

  names(): string[] {
    return [...this.collections.keys()].sort();
  }

  aliases(): [alias: string, collection: string][] {
    return [...this.aliasTargets].sort(([left], [right]) => (left < right ? -1 : 1));
  }

  /** The collection with a name or an alias; undefined when it does not exist. */
  find(nameOrAlias: string): Collection | undefined {
    return this.collections.get(this.aliasTargets.get(nameOrAlias) ?? nameOrAlias);
  }

  /** The collection with a name or an alias. Throws 404 when it does not exist. */
  get(nameOrAlias: string): Collection {
    const collection = this.find(nameOrAlias);
    if (collection === undefined) {
      throw notFound(`Collection \`${nameOrAlias}\` doesn't exist!`);
    }
    return collection;
  }

  /** Throws 409 when the collection exists, 400 when an alias has its name. */
  create(name: string, config: CollectionConfig): void {
    this.refuseCollection(name);
    if (this.aliasTargets.has(name)) {
      throw wrongInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
    }
    // Names may be longer than file names and contain any letter, so the folder gets a generated name.
    this.collections.set(name, Collection.create(join(this.collectionsFolder, randomUUID()), name, config));
  }

  /** Deletes a collection and its aliases. Returns false when no collection has this name; ignores aliases. */
  delete(name: string): boolean {
    const collection = this.collections.get(name);
    if (collection === undefined) {
      return false;
    }
    this.saveAliases(new Map([...this.aliasTargets].filter(([, target]) => target !== name)));
    this.collections.delete(name);
    collection.discard();
    // Renamed first, so that a crash while deleting does not leave an incomplete collection.
    const deleted = `${collection.folder}${deletedSuffix}`;
    renameSync(collection.folder, deleted);
    // Retried: a snapshot that was being written may still have created a file.
    rmSync(deleted, { recursive: true, force: true, maxRetries: 5 });
    return true;
  }

  /** Applies alias actions in order. Actions before a failed one remain applied, as in Qdrant. */
  changeAliases(actions: readonly AliasAction[]): void {
    for (const action of actions) {
      const targets = new Map(this.aliasTargets);
      if (action.kind === 'create') {
        if (!this.collections.has(action.collection)) {
          throw notFound(`Collection \`${action.collection}\` doesn't exist!`);
        }
        this.refuseCollection(action.alias);
        targets.set(action.alias, action.collection);
      } else {
        const target = targets.get(action.alias);
        if (action.kind === 'rename') {
          if (target === undefined) {
            throw notFound(`Alias ${action.alias} does not exists!`);
          }
          // First deleted: a new name equal to the old one keeps the alias.
          targets.delete(action.alias);
          targets.set(action.newAlias, target);
        } else {
          targets.delete(action.alias);
        }
      }
      this.saveAliases(targets);
    }
  }

  flush(): void {
    this.collections.forEach((collection) => collection.flush());
  }

  async close(): Promise<void> {
    await Promise.all([...this.collections.values()].map((collection) => collection.close()));
  }

  private refuseCollection(name: string): void {
    if (this.collections.has(name)) {
      throw alreadyExists(`Collection \`${name}\` already exists!`);
    }
  }

  private saveAliases(targets: Map<string, string>): void {
    if (targets.size > 0 || this.aliasTargets.size > 0) {
      replaceCheckedFile(this.aliasFile, Object.fromEntries(targets));
    }
    this.aliasTargets = targets;
  }
}

export type AliasAction =
  | { kind: 'create'; alias: string; collection: string }
  | { kind: 'delete'; alias: string }
  | { kind: 'rename'; alias: string; newAlias: string };
