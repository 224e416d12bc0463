#!/usr/bin/env node
// Starts the program that the package of this platform holds, and ends as it ends.
"use strict";

const { spawn } = require("node:child_process");

const name = `@keytrail/${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/keytrail`);
} catch {
  console.error(
    `error: the program for this platform, ${name}, is not installed\n` +
      "  cause: npm was told to leave out optional dependencies, or there is none for this platform\n" +
      "  hint: npm install --include=optional keytrail, or another way in docs/install.md",
  );
  process.exit(2);
}

// A terminal sends its signals to both; the program decides what becomes of them. Set before there is anything to end.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => {
  console.error(`error: ${program} cannot be started\n  cause: ${error.message}`);
  process.exitCode = 2;
});
child.on("exit", (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exitCode = code;
  }
});
