// Talking to the other windows of this page: BroadcastChannel, or the storage event where there is none.

/** Opens a channel. `receive` gets what other windows post, never what this one posts. */
export function channel(name, receive) {
  return typeof BroadcastChannel === "function" ? broadcast(name, receive) : storage(name, receive);
}

function broadcast(name, receive) {
  const line = new BroadcastChannel(name);
  line.addEventListener("message", (event) => receive(event.data));
  return { post: (message) => line.postMessage(message), close: () => line.close() };
}

/** The message lies in localStorage only as long as it takes to announce the change. */
function storage(name, receive) {
  const listen = (event) => {
    if (event.key === name && event.newValue) receive(JSON.parse(event.newValue).message);
  };
  window.addEventListener("storage", listen);
  return {
    post(message) {
      localStorage.setItem(name, JSON.stringify({ message, once: crypto.randomUUID() }));
      localStorage.removeItem(name);
    },
    close: () => window.removeEventListener("storage", listen),
  };
}
