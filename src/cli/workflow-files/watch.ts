import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'

/** Editors write a file in several steps. */
const SETTLE_MS = 60
/** Notifications get lost (network folders, containers): this often it looks without one. */
const LOOK_MS = 1000

/** Times of files may be this much behind the clock. */
const CLOCK_TICK_MS = 10

/** What to watch: files whose change counts, and folders in which files may come and go. */
export type Watched = { readonly files: readonly string[]; readonly folders: readonly string[] }

/**
 * Calls back when one of the files has changed, or there are others. As in the engine itself, a
 * notification is only a hint to look; what the files say decides.
 * @param look what is to be watched now
 */
export class Watch {
  readonly #look: () => Promise<Watched>
  readonly #onChange: (files: readonly string[]) => Promise<void>
  readonly #watchers = new Map<string, FSWatcher>()
  #seen = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #started = false
  #turning = false
  #hinted = false
  #stopped = false

  constructor(look: () => Promise<Watched>, onChange: (files: readonly string[]) => Promise<void>) {
    this.#look = look
    this.#onChange = onChange
  }

  /** Loads for the first time: what changes from now on is a change. */
  async during<T>(load: () => Promise<T>): Promise<T> {
    const since = Date.now()
    this.#seen = await this.#state()
    const loaded = await load()
    await this.#adopt(since)
    return loaded
  }

  /** Begins to call back. */
  start(): void {
    this.#started = true
    this.#later(SETTLE_MS)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#turn(), ms)
  }

  #hint(): void {
    this.#hinted = true
    if (this.#started && !this.#turning) this.#later(SETTLE_MS)
  }

  /** One at a time: a change during a reload is seen after it. */
  async #turn(): Promise<void> {
    this.#turning = true
    this.#hinted = false
    try {
      await this.#compare()
    } finally {
      this.#turning = false
      this.#later(this.#hinted ? SETTLE_MS : LOOK_MS)
    }
  }

  async #compare(): Promise<void> {
    const since = Date.now()
    const now = await this.#state()
    const paths = new Set([...now.keys(), ...this.#seen.keys()])
    const changed = [...paths].filter((path) => now.get(path) !== this.#seen.get(path))
    if (changed.length === 0 || this.#stopped) return
    this.#seen = now
    await this.#onChange(changed)
    await this.#adopt(since)
  }

  /** What the files import may be others now. One that is newer than its load counts as changed. */
  async #adopt(since: number): Promise<void> {
    const known = this.#seen
    const after = [...(await this.#state())]
    this.#seen = new Map(
      after.map(([path, state]) => {
        const isNew = Number(state.split(' ')[0]) / 1e6 >= since - CLOCK_TICK_MS
        return [path, known.get(path) ?? (isNew ? 'unknown' : state)]
      }),
    )
  }

  async #state(): Promise<Map<string, string>> {
    const { files, folders } = await this.#look()
    this.#watchFolders(folders)
    const states = files.map(async (path) => {
      const found = await stat(path, { bigint: true }).catch(() => null)
      return [
        path,
        found === null ? 'gone' : `${found.mtimeNs} ${found.size} ${found.ino}`,
      ] as const
    })
    return new Map(await Promise.all(states))
  }

  #watchFolders(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.includes(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#watchFolder(folder)
  }

  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, () => this.#hint())
      watcher.on('error', () => this.#watchers.delete(folder))
      this.#watchers.set(folder, watcher)
    } catch {
      // too many watches, or gone again: the regular look will do
    }
  }
}
