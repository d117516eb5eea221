/** Settings that make a test's server fast; its data need not survive the machine. */
export const fast = { fsync: 'off', max_connections: '20', shared_buffers: '16MB' }

/** Options of a group of tests that start servers: initdb takes 1 s, or 10 on a busy machine. */
export const slow = { timeout: 60_000 }
