import { dirname, relative, resolve } from 'node:path'
import { findFiles, findFolders, globFolder } from './glob.ts'
import { loadFiles } from './load.ts'
import type { ListedStep } from './step-set.ts'
import { Watch } from './watch.ts'
import type { Broken, Listed, WorkflowSet } from './workflow-set.ts'

/** What a reload did; paths are relative to the working directory. */
export type Reload = {
  /** Files that are new or changed and load. */
  readonly loaded: readonly string[]
  /** Workflows that no file has any more, and whose runs nothing here goes on with. */
  readonly gone: readonly Listed[]
  /** Files that fail, if they did not fail in the same way before. */
  readonly broken: readonly Broken[]
}

/** The workflows in the files of a glob: loads them, and again when they change. */
export class LiveWorkflows {
  readonly #globs: readonly string[]
  readonly #cwd: string
  readonly #set: WorkflowSet
  #sources: readonly string[] = []
  #errors = new Map<string, string>()
  readonly #watch: Watch
  #onReload: (reload: Reload) => void = () => {}
  #onError: (error: Error) => void = () => {}

  constructor(globs: string | readonly string[], cwd: string, set: WorkflowSet) {
    this.#globs = [globs].flat()
    this.#cwd = cwd
    this.#set = set
    this.#watch = new Watch(
      () => this.#watched(),
      (changed) =>
        this.#reload(changed).then(
          (reload) => this.#onReload(reload),
          (error: Error) => this.#onError(error),
        ),
    )
  }

  list(): Listed[] {
    return this.#set.list()
  }

  steps(): ListedStep[] {
    return this.#set.steps()
  }

  /** Loads all files for the first time. @returns those that fail */
  load(): Promise<Broken[]> {
    return this.#watch.during(() => this.#load())
  }

  /** From now on loads again whenever a file changes, appears or goes, imported ones included. */
  watch(onReload: (reload: Reload) => void, onError: (error: Error) => void): void {
    this.#onReload = onReload
    this.#onError = onError
    this.#watch.start()
  }

  stop(): void {
    this.#watch.stop()
  }

  async #load(): Promise<Broken[]> {
    const files = await this.#findFiles()
    const load = await loadFiles(files, this.#cwd)
    this.#sources = load.sources
    const broken = await this.#set.apply(load.files)
    this.#errors = new Map(broken.map(({ file, error }) => [file, error]))
    return broken
  }

  async #reload(changed: readonly string[]): Promise<Reload> {
    const before = this.list()
    const errors = this.#errors
    const broken = await this.#load()
    const after = new Set(this.list().map(keyOf))
    const failing = new Set(broken.map(({ file }) => file))
    const files = await this.#findFiles()
    const own = changed.filter((file) => files.includes(file) && !failing.has(file))
    // what is imported from elsewhere has no workflow of its own, but may change all
    const imported = changed.filter((file) => !files.includes(file) && this.#sources.includes(file))
    return {
      loaded: [...own, ...imported].map((file) => relative(this.#cwd, file)),
      gone: before.filter((one) => !after.has(keyOf(one)) && !this.#set.finishes(one.id)),
      broken: broken.filter(
        ({ file, error }) => changed.includes(file) || errors.get(file) !== error,
      ),
    }
  }

  async #findFiles(): Promise<string[]> {
    const found = this.#globs.map((glob) => findFiles(glob, this.#cwd))
    return [...new Set((await Promise.all(found)).flat())]
  }

  async #watched() {
    const files = await this.#findFiles()
    const roots = this.#globs.map((glob) => findFolders(resolve(this.#cwd, globFolder(glob))))
    const folders = (await Promise.all(roots)).flat()
    return {
      files: [...new Set([...files, ...this.#sources])],
      folders: [...new Set([...folders, ...this.#sources.map((file) => dirname(file))])],
    }
  }
}

function keyOf({ id, version }: Listed): string {
  return `${id}\n${version}`
}
