// 险情与任务: the queue of an emergency. Incidents, P1 tasks and hazards have rows; what is ordinary is counted below.
import { joined } from "../../js/draw.js";
import { agencyOf, kindOf, placeOf, taskOf } from "../../js/linkage/linkage_matrix.js";
import { listOf } from "../wall/queue.js";

const TOLD = {
  /** @param {City} city @param {View} view */
  head: ({ say }, { scalars: { total } }) => [say.say("risks.title", { n: total?.toLocaleString("en") ?? "—" }), say.say("queue.order")],
  /** @param {City} city @param {View} view @param {number} rest */
  more: ({ say }, { scalars }, rest) => joined(
    rest + scalars.others > 0 && say.say("queue.more", { n: rest + scalars.others }),
    scalars.deferred > 0 && say.say("risks.deferred", { n: scalars.deferred })),
};

export const mend = listOf(TOLD, {
  incident: (city, row, now) => ({
    name: kindOf(city, row), road: placeOf(city, row), time: [city.say.elapsed(row.at, now), row.urgency === "critical" ? "red" : null],
    second: joined(...row.tasks.slice(0, city.page.lang === "en" ? 1 : 2).map(([agency, state, level]) => [agencyOf(city, agency),
      level === "over" && (state === "issued" || state === "delivered") ? city.say.say("risks.unsigned") : city.words("task_state." + state) ?? state].join(" "))) || city.say.say("linkage.no_tasks"),
  }),
  task: (city, row, now) => ({
    name: taskOf(city, row, true), road: row.n > 1 ? city.say.say("risks.parties", { n: row.n }) : agencyOf(city, row.agency),
    second: joined([agencyOf(city, row.agency), city.words("task_state." + row.state) ?? row.state].join(" "), row.late > 0 && city.say.say("risks.late", { n: row.late })),
    time: [row.until === null ? city.say.elapsed(row.issued_at, now) : city.say.left(row.until, now), row.late > 0 ? "red" : null],
  }),
});
