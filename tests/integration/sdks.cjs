// Sends argv[4] events through one of the Node SDKs: node sdks.cjs segment|rudder URL COUNT

const [sdk, url, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const numbers = Array.from({ length: count - 1 }, (_, number) => number);
const person = { userId: "u0", traits: { email: "ada@example.com" } };
const track = (number) => ({
  userId: `u${number % 50}`,
  event: "Product Added",
  properties: { number, name: "Chaussure à été" },
});

async function segment() {
  const { Analytics } = require("@segment/analytics-node");
  const analytics = new Analytics({ writeKey: "server", host: url });
  analytics.on("error", (error) => fail(error));
  numbers.forEach((number) => analytics.track(track(number)));
  analytics.identify(person);
  await analytics.closeAndFlush({ timeout: 60_000 });
}

async function rudder() {
  const Rudder = require("@rudderstack/rudder-sdk-node");
  const rudder = new Rudder("server", { dataPlaneUrl: url, logLevel: "error" });
  for (const number of numbers) {
    rudder.track(track(number));
    if (number % 20 === 0) await rudder.flush(); // what waits is weighed at every event
  }
  rudder.identify(person);
  while (rudder.queue.length) await rudder.flush();
  await rudder.flush();
}

function fail(error) {
  console.error(error);
  process.exitCode = 1;
}

({ segment, rudder })[sdk]().catch(fail);
