/* Relance's analytics.js: Segment's calls, sent to the host that this script came from.
 * https://segment.com/docs/connections/sources/catalog/libraries/website/javascript/
 * It takes over the queue of the classic snippet, and the ids that Segment's library had stored. */
(function (window, document) {
  "use strict";

  var KEY = "__KEY__";
  var YEAR = 31536000;
  var TRIES = 10;
  var LETTERS = { track: "t", identify: "i", page: "p", screen: "s", group: "g", alias: "a" };

  var waiting = window.analytics || [];
  if (waiting.relance) return;
  var options = waiting._loadOptions || {};
  var persistent = !options.disableClientPersistence;
  var script = document.currentScript;
  var origin = script && script.src ? new URL(script.src).origin : window.location.origin;
  var memory = {};

  function read(name) {
    if (!persistent) return memory[name] || null;
    try {
      var stored = window.localStorage.getItem(name);
      if (stored !== null) return JSON.parse(stored);
    } catch (_refused) { /* a page without storage, or a value of another make */ }
    var cookie = document.cookie.match(new RegExp("(?:^|; )" + name + "=([^;]*)"));
    return cookie ? decodeURIComponent(cookie[1]).replace(/^"|"$/g, "") : memory[name] || null;
  }

  function write(name, value) {
    memory[name] = value;
    if (!persistent) return;
    try {
      if (value === null) window.localStorage.removeItem(name);
      else window.localStorage.setItem(name, JSON.stringify(value));
    } catch (_refused) { /* the cookie is left */ }
    if (value !== null && typeof value !== "string") return;
    document.cookie = name + "=" + encodeURIComponent(value || "") + "; path=/; SameSite=Lax; max-age=" +
      (value === null ? 0 : YEAR);
  }

  function unique() {
    if (window.crypto && window.crypto.randomUUID) return window.crypto.randomUUID();
    return "xxxxxxxxxxxx4xxxyxxxxxxxxxxxxxxx".replace(/[xy]/g, function (c) {
      var r = (Math.random() * 16) | 0;
      return (c === "x" ? r : (r & 3) | 8).toString(16);
    });
  }

  function anonymousId() {
    var id = read("ajs_anonymous_id");
    if (!id) write("ajs_anonymous_id", (id = unique()));
    return id;
  }

  function campaign(query) {
    var found = {};
    query.forEach(function (value, name) {
      if (name.indexOf("utm_") !== 0) return;
      var part = name.slice(4);
      found[part === "campaign" ? "name" : part] = value;
    });
    return found;
  }

  function place() {
    var at = window.location;
    return {
      path: at.pathname, referrer: document.referrer, search: at.search,
      title: document.title, url: at.href.split("#")[0],
    };
  }

  function context() {
    var zone = window.Intl && Intl.DateTimeFormat().resolvedOptions().timeZone;
    return {
      page: place(), campaign: campaign(new URLSearchParams(window.location.search)),
      locale: navigator.language, timezone: zone, userAgent: navigator.userAgent,
      library: { name: "relance.js", version: "1" },
    };
  }

  var queue = [];
  var busy = false;

  function post(item) {
    return window.fetch(origin + "/v1/" + LETTERS[item.type], {
      method: "POST", keepalive: true, headers: { "Content-Type": "text/plain" },
      body: JSON.stringify(Object.assign({ writeKey: KEY, sentAt: new Date().toISOString() }, item)),
    });
  }

  /* One at a time, in order; what the server could not take is sent again with the same id. */
  function drain() {
    if (busy || !queue.length) return;
    busy = true;
    var first = queue[0];
    function again(seconds) {
      if (++first.tries >= TRIES) queue.shift();
      window.setTimeout(function () { busy = false; drain(); }, seconds * 1000);
    }
    var backoff = Math.min(60, Math.pow(2, first.tries) / 2);
    post(first.item).then(function (answer) {
      if (answer.status === 429 || answer.status >= 500) {
        again(parseInt(answer.headers.get("Retry-After"), 10) || backoff);
        return;
      }
      queue.shift();
      busy = false;
      drain();
    }, function () { again(backoff); });
  }

  function send(type, fields, given) {
    var item = Object.assign({
      type: type, messageId: "ajs-" + unique(), timestamp: new Date().toISOString(),
      anonymousId: anonymousId(), context: Object.assign(context(), given && given.context),
    }, fields);
    var user = read("ajs_user_id");
    if (user && !item.userId) item.userId = user;
    queue.push({ item: item, tries: 0 });
    drain();
  }

  var calls = {
    track: function (event, properties, given) {
      send("track", { event: event, properties: properties || {} }, given);
    },
    identify: function (user, traits, given) {
      if (user && typeof user === "object") return calls.identify(null, user, traits);
      if (user !== null && user !== undefined) write("ajs_user_id", String(user));
      write("ajs_user_traits", Object.assign(read("ajs_user_traits") || {}, traits));
      send("identify", { traits: traits || {} }, given);
    },
    page: function (category, name, properties, given) {
      if (typeof name !== "string") { given = properties; properties = name; name = category; category = undefined; }
      if (name && typeof name === "object") { given = properties; properties = name; name = undefined; }
      send("page", { name: name, category: category, properties: Object.assign(place(), properties) }, given);
    },
    group: function (id, traits, given) {
      write("ajs_group_id", String(id));
      send("group", { groupId: String(id), traits: traits || {} }, given);
    },
    alias: function (user, previous, given) {
      var before = previous || read("ajs_user_id") || anonymousId();
      write("ajs_user_id", String(user));
      send("alias", { previousId: before, userId: String(user) }, given);
    },
    reset: function () {
      ["ajs_anonymous_id", "ajs_user_id", "ajs_user_traits", "ajs_group_id"].forEach(function (name) {
        write(name, null);
      });
    },
    setAnonymousId: function (id) { write("ajs_anonymous_id", id || unique()); },
    ready: function (callback) { if (callback) window.setTimeout(callback, 0); },
    on: function () {},
    load: function () {},
    user: function () {
      return {
        id: function () { return read("ajs_user_id"); },
        anonymousId: anonymousId,
        traits: function () { return read("ajs_user_traits") || {}; },
      };
    },
  };

  var analytics = Object.assign({ relance: true, initialized: true }, calls);
  analytics.push = function (call) {
    var method = calls[call[0]];
    if (method) method.apply(analytics, call.slice(1));
  };
  window.analytics = analytics;
  for (var i = 0; i < waiting.length; i++) analytics.push(Array.prototype.slice.call(waiting[i]));
})(window, document);
