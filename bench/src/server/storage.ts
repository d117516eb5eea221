import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** statfs types of file systems without a disk below. */
const inMemory = [0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */]

/** Whether a folder is on a file system that lives in memory. */
export function isInMemory(folder: string): boolean {
  return inMemory.includes(statfsSync(folder).type)
}

/** Milliseconds that one 8 kB write and fdatasync takes in a folder, the median of 100. */
export function measureSync(folder: string): number {
  const path = join(folder, 'sync')
  const file = openSync(path, 'w')
  const page = Buffer.alloc(8192, 1)
  const times = Array.from({ length: 100 }, () => {
    const from = performance.now()
    writeSync(file, page, 0, page.length, 0)
    fdatasyncSync(file)
    return performance.now() - from
  })
  closeSync(file)
  rmSync(path)
  return times.sort((a, b) => a - b)[50] as number
}
