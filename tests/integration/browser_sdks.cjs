// One call of each type through a browser SDK, in jsdom, on a page of another origin:
// node browser_sdks.cjs segment|rudder|snippet URL. Stays until it is ended, as a page does.

const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");

const [sdk, url] = process.argv.slice(2);
const page = "http://shop.example/?utm_source=letter";
const { window } = new JSDOM("<title>Shop</title>", { url: page, runScripts: "outside-only" });

function segment() {
  window.fetch = fetch;
  for (const name of ["window", "document", "localStorage", "location", "navigator"]) {
    const value = name === "window" ? window : window[name];
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const { AnalyticsBrowser } = require("@segment/analytics-next");
  return AnalyticsBrowser.load({ writeKey: "public", cdnURL: url });
}

function rudder() {
  Object.assign(window, { TextEncoder, TextDecoder });
  const umd = "@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js";
  window.eval(readFileSync(`${process.env.NODE_PATH}/${umd}`, "utf8"));
  const analytics = new window.rudderanalytics.RudderAnalytics();
  analytics.load("public", url, { configUrl: url, polyfillIfRequired: false, logLevel: "ERROR" });
  return analytics;
}

// The classic snippet: calls wait in an array until the script takes them over.
function snippet() {
  const queue = (window.analytics = []);
  window.fetch = fetch;
  const call = (name) => (...rest) => (window.analytics.push ? window.analytics.push([name, ...rest]) : 0);
  fetch(`${url}/analytics.js/v1/public/analytics.min.js`).then(async (answer) => {
    Object.defineProperty(window.document, "currentScript", { value: { src: answer.url } });
    window.eval(await answer.text());
    if (queue === window.analytics) throw new Error("the queue was not taken over");
    window.analytics.alias("u1");
  });
  return Object.fromEntries(["page", "track", "identify", "group"].map((name) => [name, call(name)]));
}

const analytics = { segment, rudder, snippet }[sdk]();
analytics.page("Home");
analytics.track("Product Added", { price: 12.5 });
analytics.identify("u1", { email: "ada@example.com" });
analytics.group("acme", { plan: "pro" });
if (analytics.alias) analytics.alias("u1");
setInterval(() => {}, 1000);
