// Response levels in words: what a change would start, who must approve, what happens if nobody decides.
import { joined } from "../draw.js";

/** Rank → the code of the level; 0 = no response. */
export const LEVELS = ["none", "IV", "III", "II", "I"];
const AGAIN_MS = 15000;

/** "41项任务 · 9席召集 · 36街镇零报告每1小时一次 · 参观中止 · 顺延 213 件". @param {City} city @param {any} run */
export function runLine(city, run) {
  const { say, words } = city, { round } = run;
  const asked = round && say.say(round.streets > 0 ? "levels.run.streets" : "levels.run.units", { n: round.streets || round.holders, h: round.interval_s / 3600 });
  const relaxed = run.relaxed.map(({ kind }) => words("relaxation." + kind) ?? kind), ended = run.relaxations_ended.map((kind) => words("relaxation." + kind) ?? kind);
  const screens = (ones) => ones.filter((one) => one !== "briefing_cut"); // told only where a briefing runs
  const over = [run.seats_ended.length > 0 && say.say("levels.run.seats_over", { n: run.seats_ended.length }),
    ...run.roster_ended.map((one) => words("run.roster." + one)), ...screens(run.screens_ended).map((one) => words("run.screen." + one))].filter(Boolean);
  const told = joined(
    say.say("levels.run.tasks", { n: run.tasks.length }), run.seats.length > 0 && say.say("levels.run.seats", { n: run.seats.length }), asked,
    run.briefings > 0 && words("run.screen.briefing_cut"), run.deferred > 0 && say.say("levels.run.deferred", { n: run.deferred }),
    relaxed.length > 0 && say.say("levels.run.relaxed", { what: relaxed.join(say.say("list.comma")) }),
    ended.length > 0 && say.say("levels.run.relaxed_no_more", { what: ended.join(say.say("list.comma")) }),
    ...[...run.roster.map((one) => words("run.roster." + one)), ...screens(run.screens).map((one) => words("run.screen." + one))],
    over.length > 0 && say.say("levels.run.over", { what: over.join(say.say("list.comma")) }),
  );
  return told;
}

/**
 * Keeps what changes of level would start: asked once, and again after a while, for counts of cases change.
 * @param {City} city @param {() => void} redraw
 * @returns {(response: string, rank: number, version: number) => any} null = not known yet
 */
export function dryRuns(city, redraw) {
  const runs = /** @type {Map<string, { at: number, run: any }>} */ (new Map());
  return (response, rank, version) => {
    const key = `${response} ${rank} ${version}`, kept = runs.get(key);
    if (!kept || performance.now() - kept.at > AGAIN_MS) {
      runs.set(key, { at: performance.now(), run: kept?.run ?? null });
      city.orders.ask("level_run", { response, rank }).then(({ run }) => { runs.set(key, { at: performance.now(), run }); redraw(); }, () => runs.delete(key));
    }
    return runs.get(key)?.run ?? null;
  };
}

/**
 * Keeps which proposals the page's person may decide on now: the server knows their keys, the page their verbs only. Asked
 * for each state of a proposal, and again after a while, for shifts change. A button stands there for nobody else.
 * @param {City} city @param {() => void} redraw
 * @returns {(response: string, proposal: string, state: string | number) => { approve: boolean, refuse: boolean } | null} null = not known yet
 */
export function pressable(city, redraw) {
  const kept = /** @type {Map<string, { at: number, press: any }>} */ (new Map()), none = { approve: false, refuse: false };
  return (response, proposal, state) => {
    const key = `${response} ${proposal} ${state}`, known = kept.get(key);
    if (!known || performance.now() - known.at > AGAIN_MS) {
      kept.set(key, { at: performance.now(), press: known?.press ?? null });
      city.orders.ask("level_press", {}).then(({ press }) => {
        const told = press?.[response];
        kept.set(key, { at: performance.now(), press: told?.proposal === proposal ? told : none });
        redraw();
      }, () => kept.delete(key));
    }
    return kept.get(key)?.press ?? null;
  };
}

/** The name of a warning. @param {City} city */
export const nameOf = (city) => ({ hazard, colour }) => {
  const [what, how] = [city.words("hazard." + hazard), city.words("colour." + colour)];
  return what && how ? city.say.say("warning.name", { hazard: what, colour: how }) : city.say.say("log.warning_over");
};

/** "YL-00012 1小时雨量 36.5毫米（达到35）". @param {City} city */
export const measured = (city) => ([kind, place, value, limit, unit]) => city.say.say("levels.measured", {
  place: city.words("station." + place) ?? place, kind: city.words("levels.measure." + kind) ?? kind, value, limit, unit: city.words("levels.unit." + unit) ?? unit });

/** "带班领导 王×× 14:02" or "待 防汛办负责人". @param {City} city @param {Row} need @param {number} now */
export function needOf(city, need, now) {
  const { say, words } = city, role = (key) => words("role." + key) ?? key;
  if (need.at === null) return say.say("levels.need", { who: need.approvers.map(role).join(say.say("levels.or")) });
  return say.say("levels.given", { who: [role(need.role), say.person(need.by)].filter(Boolean).join(" "), t: say.moment(need.at, now) });
}

/** What happens if nobody decides, and when. @param {City} city @param {Row} row @param {number} now */
export function whenSilent(city, row, now) {
  const { say, words } = city;
  if (row.called.length > 0) return say.say("levels.called", { who: row.called.map((one) => words("role." + one) ?? one).join(say.say("list.comma")) });
  const values = { left: say.left(row.decide_by, now), level: words("level." + LEVELS[row.rank]) };
  return say.say(row.activates_itself ? "levels.itself" : "levels.will_call", values);
}

/**
 * The last moment at which a clock showed HH:MM, as ISO text; what is no time stays as it was typed, and the server says so.
 * @param {string} typed @param {string} clock the same clock now @param {number} now epoch seconds @param {number} dayMin
 */
export function pastMoment(typed, clock, now, dayMin) {
  const [at, is] = [typed, clock].map((one) => /^(\d{1,2})[:：](\d{2})$/.exec(one));
  if (!at || !is || Number(at[1]) > 23 || Number(at[2]) > 59) return typed;
  const ago = (Number(is[1]) * 60 + Number(is[2]) - Number(at[1]) * 60 - Number(at[2]) + dayMin) % dayMin;
  return new Date(1000 * (Math.floor(now / 60) * 60 - ago * 60)).toISOString();
}
