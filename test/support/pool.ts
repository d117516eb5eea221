import pg from 'pg'

/** A pool of the test's own. Its connections may be killed: that must not end the test's process. */
export function openPool(options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(options)
  pool.on('error', () => {})
  return pool
}
