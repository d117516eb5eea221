/** Graphs of registered steps, put together at run time. */
export { compose } from './compose.ts'
export { composeDocument } from './compose-document.ts'
export { branch, type Composed, loop, type Part, parallel, race, sequence } from './parts.ts'
