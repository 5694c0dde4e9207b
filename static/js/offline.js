// Starts the service worker that keeps visited pages; never where the reader's browser saves data.
"use strict";

if ("serviceWorker" in navigator) {
  if (navigator.connection && navigator.connection.saveData) {
    navigator.serviceWorker.getRegistrations().then((all) => all.forEach((one) => one.unregister()));
    if (window.caches) caches.keys().then((names) => names.filter((name) => name.startsWith("kept-")).forEach((name) => caches.delete(name)));
  } else {
    window.addEventListener("load", () => {
      navigator.serviceWorker.register("/sw.js")
        .then(() => navigator.serviceWorker.ready)
        .then((ready) => ready.active.postMessage(window.location.href))
        .catch(() => {});
    });
  }
}
