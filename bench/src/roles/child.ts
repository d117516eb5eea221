import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onEnd } from '../cleanup.ts'
import type { Order, Reply, Task, Usage } from './messages.ts'

/** How long a process may take to load its system, and to stop. */
const LOAD_MS = 60_000
const STOP_MS = 15_000

type Answer = { resolve: (result: unknown) => void; reject: (error: Error) => void }

/** A driver or worker process, seen from the bench. */
export class Child {
  readonly #process: ChildProcess
  readonly #answers = new Map<number, Answer>()
  readonly #name: string
  readonly #forget: () => void
  readonly #errors: string[] = []
  #ids = 0
  #ended = false
  #ready: Answer | null = null
  /** Handlers that have come to their end there. */
  finished = 0

  private constructor(task: Task) {
    this.#name = `${task.system}'s ${task.role}`
    const file = fileURLToPath(new URL('./role.ts', import.meta.url))
    this.#process = fork(file, [JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#process.on('message', (reply: Reply) => this.#heard(reply))
    this.#process.on('exit', (code) => this.#exited(code))
    // kept to explain a failure; a system that logs every workflow must not fill the screen
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#keep(text))
    }
    this.#forget = onEnd(() => this.kill())
  }

  /** Starts one and waits until its system is loaded. */
  static async start(task: Task): Promise<Child> {
    const child = new Child(task)
    await within(LOAD_MS, `${child.#name} to load`, (answer) => {
      child.#ready = answer
    }).catch((error) => {
      child.kill()
      throw error
    })
    return child
  }

  /** Gives an order and waits for its answer. */
  ask<T>(order: Order, ms = 600_000): Promise<T> {
    const id = ++this.#ids
    return within(ms, `${this.#name} to do "${order.do}"`, (answer) => {
      if (this.#ended) return answer.reject(new Error(this.#last()))
      this.#answers.set(id, answer)
      this.#process.send({ id, ...order })
    }) as Promise<T>
  }

  usage(): Promise<Usage> {
    return this.ask<Usage>({ do: 'usage' })
  }

  /** Stops as a user would; kills what does not end by that. */
  async stop(): Promise<void> {
    if (!this.#ended) await this.ask({ do: 'stop' }, STOP_MS).catch(() => {})
    this.kill()
  }

  kill(): void {
    this.#forget()
    if (!this.#ended) this.#process.kill('SIGKILL')
  }

  /** Throws if the process has ended by itself. */
  check(): void {
    if (this.#ended) throw new Error(this.#last())
  }

  /** The last that it wrote, to explain why nothing happens. */
  said(): string {
    return this.#errors.join('').trim().slice(-300).replace(/\s+/g, ' ')
  }

  #heard(reply: Reply): void {
    if ('ready' in reply) return this.#ready?.resolve(undefined)
    if ('finished' in reply) {
      this.finished = reply.finished
      return
    }
    const answer = this.#answers.get(reply.id)
    this.#answers.delete(reply.id)
    if ('error' in reply) answer?.reject(new Error(reply.error))
    else answer?.resolve(reply.result)
  }

  #exited(code: number | null): void {
    this.#ended = true
    this.#forget()
    const error = new Error(`${this.#last()} (${code})`)
    this.#ready?.reject(error)
    for (const answer of this.#answers.values()) answer.reject(error)
  }

  #keep(text: string): void {
    this.#errors.push(text)
    if (this.#errors.length > 20) this.#errors.shift()
  }

  #last(): string {
    return `${this.#name} ended. ${this.said()}`.trim()
  }
}

/** A promise with a time limit that says what was waited for. */
function within(ms: number, what: string, begin: (answer: Answer) => void): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  return new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms / 1000} s for ${what}`)), ms)
    begin({ resolve, reject })
  }).finally(() => clearTimeout(timer))
}
