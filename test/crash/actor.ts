import type { FaultyDatabase } from './faulty-database.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** Somebody who acts in a history: by chances of its own, over a connection on which all goes wrong that can. */
export abstract class Actor {
  readonly world: World
  protected readonly name: string
  protected readonly random: Random
  protected readonly db: FaultyDatabase

  constructor(world: World, name: string) {
    this.world = world
    this.name = name
    this.random = world.random.fork(name)
    this.db = world.database(name)
  }
}
