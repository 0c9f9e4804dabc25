#!/usr/bin/env node
// Loads the built bundle. It is committed because npm links a bin only if its file exists at install time.
const path = require("node:path");
const fs = require("node:fs");
const bundle = path.join(__dirname, "../../dist/server.cjs");
if (!fs.existsSync(bundle)) {
  process.stderr.write("driverkit-language-server: not built yet; run `npm run build` first\n");
  process.exit(2);
}
require(bundle);
