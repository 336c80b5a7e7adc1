// One call of each type through a browser SDK, in jsdom, on a page of another origin:
// node browser_sdks.cjs segment|rudder URL. Stays until it is ended, as a page does.

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

const analytics = { segment, rudder }[sdk]();
analytics.page("Home");
analytics.track("Product Added", { price: 12.5 });
analytics.identify("u1", { email: "ada@example.com" });
analytics.group("acme", { plan: "pro" });
analytics.alias("u1");
setInterval(() => {}, 1000);
