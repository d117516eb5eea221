/** Graphs of registered steps, put together at run time. */
export { composeDocument } from './compose-document.ts'
export { branch, type Composed, loop, type Part, parallel, race, sequence } from './parts.ts'
