// SPDX-License-Identifier: MIT
// json-server over a JSON file, on a free port of loopback: json_server.js DB.json. Prints {"port": N}.
const server = require("json-server");
const app = server.create();
app.use(server.defaults({ logger: false }));
app.use(server.router(process.argv[2]));
const listening = app.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: listening.address().port })));
