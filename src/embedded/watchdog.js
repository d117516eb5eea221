// @ts-check
// The parent of every Postgres server that one process has started, in a session of its own. It
// stops them when the channel to that process closes: by a normal exit or by kill -9, all the same.
// Plain JavaScript, because node runs this file by itself, from src/ as well as from dist/.
// In a session of its own, because Ctrl-C goes to every process of the terminal's group, and a
// server should end when the CLI says so, after the CLI's own last statements.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */
/**
 * @typedef {object} Start
 * @property {number} id names the server in every message about it
 * @property {string} command the path of `postgres`
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {{ uid?: number, gid?: number }} identity
 * @property {string} log the file for stdout and stderr, so that the server can log without us
 */

/** ms that a shutdown may take before the next, ruder signal. */
const patience = 30_000

/** @type {Map<number, ChildProcess>} */
const servers = new Map()

/** @param {Record<string, unknown>} message */
function tell(message) {
  // The channel can close at any moment, which is what this process is for: ignore the error.
  if (process.connected) process.send?.(message, () => {})
}

/** @param {Start} order */
function start(order) {
  const { id } = order
  try {
    const server = spawnServer(order)
    servers.set(id, server)
    server.once('spawn', () => tell({ id, pid: server.pid }))
    server.on('error', (error) => tell({ id, failure: error.message }))
    server.once('exit', (code, signal) => {
      servers.delete(id)
      tell({ id, ended: signal ?? code })
    })
  } catch (error) {
    tell({ id, failure: String(error) })
  }
}

/** @param {Start} order */
function spawnServer({ command, args, env, identity, log }) {
  const file = openSync(log, 'a')
  try {
    return spawn(command, args, { cwd: '/', env, stdio: ['ignore', file, file], ...identity })
  } finally {
    closeSync(file)
  }
}

/** @param {ChildProcess | undefined} server */
function stop(server) {
  // Fast shutdown: roll back, write a checkpoint, end. Immediate: end now, recover at next start.
  const signals = /** @type {const} */ (['SIGINT', 'SIGQUIT', 'SIGKILL'])
  signals.forEach((signal, turn) => {
    setTimeout(() => server?.kill(signal), turn * patience).unref()
  })
}

function stopAll() {
  for (const server of servers.values()) stop(server)
  // Without a channel this process ends with its last server.
  if (process.connected) process.disconnect()
}

process.title = 'millrace: postgres watchdog'
process.on('message', (/** @type {{ start?: Start, stop?: number }} */ order) => {
  if (order.start) start(order.start)
  if (order.stop !== undefined) stop(servers.get(order.stop))
})
process.once('disconnect', stopAll)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stopAll)
