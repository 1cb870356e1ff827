// The echo through the page's Panel session: silence means that its buttons are dead.
/** @param {Component} component */
export function render({ model }) {
  let number = 0;
  const ask = () => model.send_msg({ echo: ++number });
  model.on("msg:custom", (answer) => {
    const data = answer?.data ?? answer;
    if (data?.echo !== undefined) window.citywall.sessionAnswered();
  });
  window.citywall.sessionAnswered();
  ask();
  const timer = setInterval(ask, 5000);
  model.on("remove", () => clearInterval(timer));
}
