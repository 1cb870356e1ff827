// Orders in words: the buttons of a row with their targets, what became of an order, and what may follow on it.
(function () {
  "use strict";
  const city = window.citywall, { orders, say } = city, { LEVELS, holder } = city.rows;

  // Names in a refusal end in what they are: _at city moments, _holder, _class, _role, _state; of_photos: which photos.
  const roleWord = (role) => city.words("role." + role) ?? role;
  function named(names) {
    const now = city.city(), told = {};
    for (const [name, value] of Object.entries(names ?? {})) {
      if (name.endsWith("_at") && typeof value === "number") told[name] = say.moment(value, now);
      else if (name.endsWith("_holder")) told[name] = holder(value);
      else if (name.endsWith("_class")) told[name] = city.words("class." + String(value).replace(":", ".")) ?? value;
      else if (name.endsWith("_role")) told[name] = roleWord(value);
      else if (name.endsWith("_state") || name === "of_photos") told[name] = city.words(name + "." + value) ?? value;
      else if (typeof value === "number" && !Number.isInteger(value)) told[name] = Math.round(value * 10) / 10;
      else told[name] = value;
    }
    return told;
  }
  // In a row there is room for the name alone; its title stands in the story.
  const short = (name) => String(name).replace(/\s*[（(][^）)]*[）)]\s*$/, "") || String(name);
  function refusal(refused) {
    const { winner } = refused;
    if (winner) {
      const did = city.words("did." + winner.did) ?? say.say("did.other");
      const to = (winner.to ?? "").split("|").filter(Boolean).map((one) => city.words("role." + one) ?? holder(one)).join(say.say("list.comma"));
      return say.say("order.lost_to", { by: short(winner.by), t: say.hhmmss(city.toCity(winner.at)), did: to ? say.say("order.did_to", { did, to }) : did });
    }
    const known = city.words("refusal." + refused.key);
    const words = known ? say.say("refusal." + refused.key, named(refused.names)) : refused.reason ?? "";
    return say.say("order.refused", { why: words });
  }

  // "排水抢险03 1.2公里 4分": a unit near a case, how far it is and how long its way takes at the assumed speed. A
  // part of a minute counts as one: a promise of 4 minutes holds.
  function reach({ unit, call_sign: sign, metres, minutes }) {
    const far = Number.isFinite(metres) && (metres < 1000 ? say.say("near.m", { n: Math.round(metres) }) : say.say("near.km", { n: (metres / 1000).toFixed(1) }));
    const long = Number.isFinite(minutes) && say.say("near.minutes", { n: Math.max(1, Math.ceil(minutes)) });
    return [say.road(sign || unit), far, long].filter(Boolean).join(" ");
  }

  // ---- buttons: what one says is what is ordered. `args` null = it takes more than a click.
  const ONE_CLICK = new Set(["send_for_ruling", "acknowledge", "remind", "file", "confirm_void", "resume", "contact", "request_verification", "remind_task", "cancel_task", "assist_task", "acknowledge_task"]);
  // Nobody escalates to themselves: the next level counts from the one of who escalates.
  const OWN_LEVEL = { shift_lead: 1, duty_leader: 2, rotating_leader: 2 };
  const role = () => city.seat?.role() ?? city.page.person?.role ?? "";
  const levelAbove = (row) => (row.escalate_to ? Math.max(row.supervised ?? 0, OWN_LEVEL[role()] ?? 0) + 1 : 0);
  function button(row, verb, choice) {
    const name = city.words("verb." + verb) ?? verb, plain = { verb, args: ONE_CLICK.has(verb) ? {} : null, to: "", label: name };
    const aimed = (to, whom, args) => ({ verb, args, to, label: say.say("order.to", { verb: name, to: whom }) });
    if (verb === "send_unit" && row.nearest_unit) {
      const { unit, call_sign: sign } = row.nearest_unit;
      return aimed(sign || unit, reach(row.nearest_unit), { unit, call_sign: sign ?? "" });
    }
    if (verb === "escalate") {
      const level = levelAbove(row), to = LEVELS[level];
      return to ? aimed(to, roleWord(to), { level }) : null;
    }
    if (verb === "reassign" || verb === "dispatch") {
      const to = choice ?? row.targets?.[0];
      return to ? aimed(to, holder(to), { to }) : null;
    }
    if (verb === "reassign_task") {
      const to = choice ?? row.targets?.[0];
      return to ? aimed(to, holder(to), { to }) : plain;
    }
    if (verb === "verify_task") return { ...plain, args: { passed: true } };
    if (verb === "send_for_ruling" && row.ruling_sent) return { ...plain, args: null, label: say.say("order.sent"), off: true };
    return plain;
  }
  // What a caller answers most often takes one press; every other answer is a form of the case.
  const CALLED = { "order.called_good": { satisfaction: "satisfied", resolved: "solved" }, "order.called_bad": { satisfaction: "dissatisfied", resolved: "unsolved" } };
  function buttons(row, most = 2) {
    if (row.waits === "call_back") return orders.may("call_back") ? Object.entries(CALLED).map(([key, args]) => ({ verb: "call_back", args, to: "", label: say.say(key) })) : [];
    const found = [], offered = (row.verbs ?? []).filter(orders.may), same = orders.may("merge") ? row.same ?? [] : [];
    // Reports that may be the same have no row of their own: one press counts them all with this one.
    if (same.length > 0) found.push({ verb: "merge_same", args: { same }, to: "", label: say.say("order.merge_same", { n: same.length }) });
    // What was sent to the leader stays in sight as sent, in the place of its button.
    if (row.state === "ruling" && row.ruling_sent && orders.may("send_for_ruling") && !offered.includes("send_for_ruling")) offered.push("send_for_ruling");
    // Where somebody must go first, the other button says whose it is to be; E goes on to mean 升级.
    const chosen = offered[0] === "send_unit" && offered.includes("reassign") ? ["send_unit", "reassign"] : offered;
    for (const verb of chosen) {
      const made = button(row, verb);
      if (made) found.push(made);
      if (found.length === most) break;
    }
    return found;
  }

  // ---- what became of it
  // "改派▸电力", as the button said it.
  function doing(made) {
    const verb = city.words("verb." + made.verb) ?? made.verb, to = made.to && (city.words("role." + made.to) ?? holder(made.to));
    return to ? say.say("order.to", { verb, to }) : verb;
  }
  // "已升级▸值班长", of an act that is done; `what` names the case where the line does not stand in its row.
  function doneWords(made, what) {
    const to = made.verb === "escalate" ? made.to && roleWord(made.to) : (made.args.call_sign && say.road(made.args.call_sign)) || (made.args.to && holder(made.args.to));
    const did = city.words("done." + made.verb) ?? say.say("done.other", { verb: city.words("verb." + made.verb) ?? made.verb });
    const told = what ? say.say("order.done_what", { did, what }) : did;
    return to ? say.say(what ? "order.done_to" : "order.to", { verb: told, to }) : told;
  }
  function told(made, what) {
    if (made.state === "refused") return refusal(made.answer.refused);
    if (made.state === "done") return `${doneWords(made, what)} ${say.hhmmss(made.at)}`;
    return say.say("desk." + made.state, { verb: doing(made) });
  }
  // The buttons that follow: of a refused order, once more on what the row says now; of one that did not arrive, the
  // same again; and "good", after which it is told no more. `row` null = not known.
  function after(made, row) {
    if (made?.state !== "refused" && made?.state !== "lost") return [];
    const good = { good: true, label: say.say("desk.good") };
    if (made.state === "lost") return [{ again: true, label: say.say("desk.resend") }, good];
    // An undo is never tried again, nor what the row does not offer any more.
    const still = orders.UNDOES.has(made.verb) || !row?.verbs?.includes(made.verb) || !orders.may(made.verb) ? null : button(row, made.verb, made.args.to);
    if (!still) return [good];
    const isSame = still.to === made.to, args = made.verb === "escalate" ? still.args : made.args;
    return [{ ...still, args, label: say.say("desk.still", { verb: isSame ? city.words("verb." + made.verb) : still.label }) }, good];
  }

  Object.assign(orders, { button, buttons, told, after, doneWords, short, refusal, named, reach });
})();
