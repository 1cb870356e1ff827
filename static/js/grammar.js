// The grammar of time: one way to say how long, until when, how old. Words come from the catalogue,
// the zone from settings, never from the machine that the screen hangs on. Everything is in seconds.
(function () {
  "use strict";
  const MINUTE = 60, HOUR = 3600, DAY = 86400, QUARTER_S = 900, MOST_OFFSETS = 2000;
  const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

  function grammar(words, zone) {
    const say = (key, values) =>
      (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values?.[name] ?? "");
    const unit = (n, name) => say("unit." + name, { n });
    const join = (parts) => parts.filter(Boolean).join(words["unit.gap"]);

    // Always rounded down: a promise of 18 minutes holds at least 18.
    function coarse(seconds) {
      const s = Math.max(0, Math.floor(seconds));
      if (s < 1) return words["unit.under"];
      if (s < MINUTE) return unit(s, "s");
      if (s < HOUR) return unit(Math.floor(s / MINUTE), "m");
      const hours = Math.floor(s / HOUR), minutes = Math.floor((s % HOUR) / MINUTE);
      if (s < DAY) return join([unit(hours, "h"), hours < 10 && minutes > 0 && unit(minutes, "m")]);
      const days = Math.floor(s / DAY), rest = Math.floor((s % DAY) / HOUR);
      return join([unit(days, "d"), days < 2 && rest > 0 && unit(rest, "h")]);
    }

    function fine(seconds) {
      const s = Math.max(0, Math.floor(seconds));
      if (s < MINUTE || s >= HOUR) return coarse(s);
      return join([unit(Math.floor(s / MINUTE), "m"), s % MINUTE > 0 && unit(s % MINUTE, "s")]);
    }

    function stopwatch(seconds) {
      const s = Math.max(0, Math.floor(seconds));
      return `${Math.floor(s / MINUTE)}′` + (s % MINUTE ? `${String(s % MINUTE).padStart(2, "0")}″` : "");
    }
    // Of ten minutes and more, and of a limit of hours, the seconds say nothing; days late are told as days.
    function task(used, limit) {
      if (used > limit && used >= DAY) return say("time.over", { t: coarse(used - limit) });
      const isFine = used < 10 * MINUTE && limit < HOUR;
      return `${stopwatch(isFine ? used : used - (used % MINUTE))}/${stopwatch(limit)}`;
    }

    // Roads whose name in this language the catalogue knows; "A路B路" and "A路B路口" are the crossing of two of them.
    const roads = new Map(Object.entries(words).filter(([key]) => key.startsWith("road.")).map(([key, name]) => [key.slice(5), name]));
    function roadOnly(told) {
      const found = [];
      for (let rest = (told ?? "").replace(/(交叉)?路?口$/, (end) => (end.includes("路") ? "路" : "")); rest; ) {
        const next = [...roads.keys()].filter((name) => rest.startsWith(name)).sort((a, b) => b.length - a.length)[0];
        if (!next) return told ?? "";
        found.push(roads.get(next));
        rest = rest.slice(next.length);
      }
      const kinds = new Set(found.map((name) => name.slice(name.lastIndexOf(" "))));
      // "Zhangyang & Laoshan Roads", but "Century Avenue & Zhangyang Road".
      if (found.length !== 2 || kinds.size > 1) return found.join(" & ");
      return `${found[0].slice(0, -[...kinds][0].length)} & ${found[1]}s`;
    }
    // Other names are made of known parts: "A路下立交", "A路B路（北向）", "某镇泵站（演示）", an office, a call sign "公安巡08". One with a part
    // that the catalogue does not know stays as it was told.
    const keysOf = (prefix) => Object.keys(words).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)).sort((a, b) => b.length - a.length);
    const ends = keysOf("name_end.");
    /** @returns {string | null} */
    function named(told) {
      if (told === "") return null;
      const found = roadOnly(told);
      if (found !== told) return found;
      const whole = words["agency." + told] ?? words["name_office." + told];
      if (whole) return whole;
      const [, sign, number] = /^(\D+)(\d+)$/.exec(told) ?? [];
      if (sign && words["name_sign." + sign]) return say("name_sign." + sign, { n: number });
      const end = ends.find((one) => told.endsWith(one)), of = end ? named(told.slice(0, -end.length)) : null;
      return of === null ? null : say("name_end." + end, { of });
    }
    function road(told) {
      if (roads.size === 0 || !told) return told ?? "";
      const [, base, note] = /^(.*?)(?:（([^（）]*)）)?$/.exec(told) ?? [], found = named(base ?? "");
      if (note === undefined || found === null) return found ?? told;
      const noted = words["name_note." + note];
      return noted ? `${found} (${noted})` : told;
    }

    // "王××（副区长）": the catalogue tells the title; one that it does not know stays as it is. Beside a label that says the
    // title already, the name alone.
    function person(told, label = "") {
      const [, name, titles] = /^(.*)（([^（）]+)）$/.exec(told ?? "") ?? [];
      const found = titles === undefined ? [] : titles.split("、").map((one) => words["title." + one] ?? (roads.size > 0 ? named(one) : null));
      if (label && (titles === label || found[0]?.toLowerCase() === label.toLowerCase())) return name;
      return found.length > 0 && found.every(Boolean) ? say("title", { name, title: found.join(words["list.comma"]) }) : told ?? "";
    }
    const storm = (told) => words["storm_name." + told] ?? told;

    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    // A list says a hundred moments every second, and asking the calendar for one takes long: it is asked for the
    // zone's offset alone, once per quarter of an hour. No zone changes within one.
    const offsets = /** @type {Map<number, number>} */ (new Map()), two = (value) => String(value).padStart(2, "0");
    function offset(epoch) {
      const quarter = Math.floor(epoch / QUARTER_S), known = offsets.get(quarter);
      if (known !== undefined) return known;
      const p = /** @type {Record<string, number>} */ ({});
      for (const { type, value } of format.formatToParts(new Date(quarter * QUARTER_S * 1000))) p[type] = Number(value);
      const found = Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) / 1000 - quarter * QUARTER_S;
      if (offsets.size >= MOST_OFFSETS) offsets.clear();
      offsets.set(quarter, found);
      return found;
    }
    function parts(epoch) {
      const there = new Date((epoch + offset(epoch)) * 1000);
      return {
        year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate(), weekday: WEEKDAYS[there.getUTCDay()],
        hour: two(there.getUTCHours()), minute: two(there.getUTCMinutes()), second: two(there.getUTCSeconds()),
      };
    }
    const hhmm = (epoch) => { const p = parts(epoch); return `${p.hour}:${p.minute}`; };
    const hhmmss = (epoch) => { const p = parts(epoch); return `${p.hour}:${p.minute}:${p.second}`; };
    function day(epoch) {
      const p = parts(epoch);
      return say("date.day", { month: words["month." + Number(p.month)], day: Number(p.day) });
    }
    // A moment of another day says which, for 06:10 alone would be today's; one of another year says the year.
    function moment(epoch, now, today = hhmm) {
      if (!Number.isFinite(now)) return today(epoch); // nobody has told the time yet
      const a = parts(epoch), b = parts(now);
      const same = a.day === b.day && a.month === b.month && a.year === b.year;
      const date = a.year === b.year ? day(epoch) : say("date.year", { year: Number(a.year), day: day(epoch) });
      return same ? today(epoch) : `${date} ${hhmm(epoch)}`;
    }

    return {
      say, coarse, fine, hhmm, hhmmss, day, moment, road, person, storm,
      date: (epoch) => say("date.full", { day: day(epoch), weekday: words["weekday." + parts(epoch).weekday] }),
      left: (due, now) => due >= now ? say("time.left", { t: coarse(due - now) }) : say("time.over", { t: coarse(now - due) }),
      elapsed: (since, now) => say("time.elapsed", { t: fine(now - since) }),
      task,
      by: (epoch, now) => say("time.by", { t: moment(epoch, now) }),
      age: (epoch, now) => say("time.age", { t: coarse(now - epoch) }),
      late: (epoch, now) => say("time.late", { t: fine(now - epoch) }),
      lost: (epoch, now) => say("time.lost", { t: moment(epoch, now, hhmmss) }),
    };
  }

  window.citywallGrammar = grammar;
})();
