// mqtt.js as a peer: subscribes, parses each message as JSON, ends after as many as it is told.
// node count.cjs PORT N   (NODE_PATH must lead to the package mqtt)
const mqtt = require("mqtt");
const [port, wanted] = process.argv.slice(2).map(Number);
let n = 0;
const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { keepalive: 600, reconnectPeriod: 0 });
client.on("connect", () => client.subscribe("fleet/+/driving"));
client.on("message", (_topic, payload) => {
  JSON.parse(payload);
  if (++n === wanted) process.exit(0);
});
