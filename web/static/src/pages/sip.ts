// The telephone's library, in a file of its own: the browser fetches and reads it while the desk's script runs.
export { default } from "jssip";
