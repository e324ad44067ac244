// Holds every JSON Schema of a folder to ajv's strict mode, and documents to their schemas.
//
//     NODE_PATH=.../node_modules node .ci/ajv.js FOLDER
//
// FOLDER holds NAME.json, the schemas; and documents.json, a list of [NAME, document, is valid].
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const Ajv = require("ajv/dist/2020");

const folder = process.argv[2];
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
const names = fs.readdirSync(folder).filter((name) => name !== "documents.json");
const tests = {};
let faults = 0;

function fault(name, message) {
  faults += 1;
  console.error(`${name}: ${message}`);
}

for (const name of names) {
  try {
    tests[path.basename(name, ".json")] = new Ajv({ strict: true }).compile(read(name));
  } catch (error) {
    fault(name, error.message);
  }
}
const documents = read("documents.json");
for (const [name, document, isValid] of documents) {
  const test = tests[name];
  if (test && test(document) !== isValid) {
    fault(name, `${JSON.stringify(document)}: ${JSON.stringify(test.errors) || "taken"}`);
  }
}
console.log(`ajv: ${names.length} schemas, ${documents.length} documents, ${faults} faults`);
process.exit(faults ? 1 : 0);
