// Messages of a page: what its people order and ask goes through their own session, and its answers come back.
/** @param {Component} component */
export function render({ model }) {
  const { orders } = window.citywall;
  model.on("msg:custom", (message) => orders?.take(message?.data ?? message));
  orders?.attach((message) => model.send_msg(message));
}
