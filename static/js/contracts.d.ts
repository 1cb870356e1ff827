// The shared contracts of a page's scripts, as types: what the server tells, what a card is given, what a person orders.
// Nothing of this is loaded by a browser; `tsc` reads it (make check).

type TemplateResult = import("../vendor/lit.js").TemplateResult;

// ---- what the live socket tells (console/wire.py). Moments are epoch seconds of the city's clock unless it says so.

/** Fields of a keyed row. What each card's rows hold stands in layouts/cards/<card>.py. */
type Row = Record<string, any>;
/** Rows by their ids; each id of a view's order has its row. */
interface Rows extends Map<string, Row> {
  get(id: string): any;
}

/** A card's view as the page keeps it. `as_of` is machine time; a scalar that is null: nobody told us. */
interface View {
  as_of: number | null;
  scalars: Record<string, any>;
  /** Ids of the rows in their order. */
  order: string[];
  rows: Rows;
}
/** What changed of a view since the last message; all of it if `whole`. */
interface ViewNews {
  whole?: boolean;
  as_of?: number;
  scalars?: Record<string, any>;
  order?: string[];
  set?: Record<string, Row>;
  del?: string[];
}
/** Machine and city clock of the server, and how its feed is. */
interface Beat {
  /** Machine time, as are `machine0` and `feed_since`. */
  now: number;
  city0: number;
  machine0: number;
  rate: number;
  feed: "live" | "late" | "lost" | "none";
  feed_since: number | null;
  log_down: boolean;
  chain_broken: boolean;
}
interface Hello {
  build?: string;
  name?: Record<string, string>;
  marks?: string[];
}
/** A text message of the live socket. */
interface LiveMessage {
  hello?: Hello;
  beat?: Beat;
  views?: Record<string, ViewNews>;
}
/** The newest of a layer of the map: columns by name, see layers/contract.py. */
/** Columns of a source of pictures: place of the north-west corner and size in metres (EPSG:3857). */
interface PictureRows {
  url: string[];
  x: number[];
  y: number[];
  w: number[];
  h: number[];
}
interface Frame {
  as_of: number;
  meta: Record<string, any>;
  data: Record<string, any>;
  image: Blob | null;
  /** Beside the columns of `data`: the marks that are a picture, that of the home view. */
  picture?: PictureRows;
  /** The same by prefix of a source, for figures with another view. */
  pictures?: Record<string, PictureRows>;
  count: number;
  drawn: boolean;
  url?: string;
}

// ---- what the page was made with (layouts/builder.py)

interface Person {
  name: string;
  role: string;
  seat: string;
  person_mark: string;
  /** The agency or street that they act for; "" = none. */
  holder: string;
  /** What the person's roles and shift allow now; buttons are for nothing else. */
  verbs: string[];
}
interface PageData {
  build: string;
  channel: string;
  /** The scope of a page that has several: an agency's code; "" = the page has none. */
  scope: string;
  lang: string;
  zone: string;
  live: string;
  health: string;
  static: string;
  title: Record<string, string>;
  /** Codes of the streets in the order of their cells. */
  streets: string[];
  figures: Record<string, string>;
  words: Record<string, string>;
  sheets: string[];
  /** The duty room's number for an agency; "" = none. */
  phone: string;
  has_grids: boolean;
  /** What the map can show as heat: kind → its windows, the usual one first; {} = it shows none. */
  heats?: Record<string, string[]>;
  /** CSS px of the canvas from which it has the regions of a wide one; null = it has none. */
  wide_from: number | null;
  person: Person | null;
}

// ---- orders: the envelope and its answer (console/orders/order_service.py), the same as on /v1/command

interface Envelope {
  /** Made in the browser at the press; the same id always has the same answer. */
  command_id: string;
  verb: string;
  /** `case:~<mark>` or `wall:<name>`. */
  subject: string;
  /** The version of the subject that the person saw. */
  version: number;
  args: Record<string, any>;
}
interface Done {
  position: string | number;
  version: number;
  facts: unknown[];
  /** Machine time until which it may be undone; null = it may not. */
  undo_until: number | null;
  /** Of a look at the reporter (`reveal`): what was masked. */
  person?: Record<string, string>;
}
interface Refused {
  code: string;
  key?: string;
  reason?: string;
  names?: Record<string, any>;
  winner?: Record<string, any>;
}
interface Answer {
  command_id: string;
  done?: Done;
  refused?: Refused;
  /** Given up by the page: nobody knows. */
  lost?: boolean;
}
type ActState = "pending" | "silent" | "lost" | "done" | "refused";
/** An order of this page and what became of it. */
interface Act extends Omit<Envelope, "command_id"> {
  id: string;
  mark: string;
  to: string;
  envelope: Envelope;
  state: ActState;
  /** `Date.now()` of the press. */
  born: number;
  answer: Answer | null;
  at: number | null;
  until: number | null;
  timer?: number;
  settle(answer?: Answer): void;
}
/** A button of a row: what it orders; `args` null = it needs more than a click. */
interface Offer {
  verb?: string;
  args?: Record<string, any> | null;
  to?: string;
  label: string;
  off?: boolean;
  undo?: boolean;
  good?: boolean;
  again?: boolean;
}
interface OrderBook {
  /** The verbs that take another order back. */
  UNDOES: Set<string>;
  attach(way: (message: object) => void): void;
  take(message: any): void;
  hear(name: string, fn: (message: any) => void): () => void;
  /** null: another order of the subject waits for its answer. */
  act(verb: string, mark: string, version?: number, args?: Record<string, any>, to?: string): Promise<Answer> | null;
  ask(what: string, args?: Record<string, any>): Promise<any>;
  may(verb: string): boolean;
  askVerbs(): Promise<void>;
  resend(made: Act): void;
  forget(mark: string): void;
  clear(): void;
  of(mark: string): Act | null;
  isBusy(mark: string): boolean;
  undoable(mark: string): Act | null;
  undoLeft(made: Act | null | undefined): number;
  version(mark: string): number;
  say(message: object): void;
  ofCase(mark: string): Act[];
  all(): Act[];
  on(fn: (made: Act | null) => void): () => void;
  isLive(): boolean;
}
/** What static/js/order_words.js adds. */
interface Orders extends OrderBook {
  button(row: Row, verb: string, to?: string): Offer;
  buttons(row: Row): Offer[];
  told(made: Act, what?: string): string;
  after(made: Act | null, row?: Row | null): Offer[];
  doneWords(made: Act, what?: string): string;
  short(name: string): string;
  refusal(refused: Record<string, any>, made?: Act): string;
  named(names?: Record<string, any>): Record<string, any>;
  /** A unit, how far away it is and how long it takes: 排水抢险03 1.2公里 4分. */
  reach(unit: Record<string, any>): string;
}

// ---- what scripts and cards share

/** The grammar of time and the catalogue (static/js/grammar.js); moments and spans are seconds. */
interface Say {
  say(key: string, values?: Record<string, any>): string;
  coarse(seconds: number): string;
  fine(seconds: number): string;
  hhmm(epoch: number): string;
  hhmmss(epoch: number): string;
  day(epoch: number): string;
  /** `clock` writes the time of the day, `hhmm` by default. */
  moment(epoch: number, now: number, clock?: (epoch: number) => string): string;
  /** The road or crossing as this page's language names it. */
  road(told: string | null | undefined): string;
  /** A name-plate with its title in the page's language. */
  person(told: string | null | undefined, label?: string): string;
  /** A storm by its official name in the page's language. */
  storm(told: string): string;
  date(epoch: number): string;
  left(due: number, now: number): string;
  elapsed(since: number, now: number): string;
  task(used: number, limit: number): string;
  by(epoch: number, now: number): string;
  age(epoch: number, now: number): string;
  late(epoch: number, now: number): string;
  lost(epoch: number, now: number): string;
}
/** Codes into words for the middle of the desk (static/js/desk/desk_words.js). */
type Voice = ReturnType<typeof import("./desk/desk_words.js").vocabulary>;
/** Makes and updates nodes without a template (static/js/mend.js). Older cards pass nodes on as what they know them to be. */
interface Mend {
  make(tag: string, name?: string, children?: Iterable<Node>): any;
  text(node: any, words: string | null | undefined): void;
  mark(node: any, name: string, value: unknown): void;
  show(node: any, is: boolean): void;
  part(face: HTMLElement, name: string, build?: () => Node): any;
  rows(parent: any, ids: Iterable<string>, build: (id: string) => any, fill: (node: any, id: string) => void): void;
  press<T extends Element>(node: T, fn: (spec: any) => void): T;
  shape(kind: string, colour?: string): SVGSVGElement;
  reshape(node: any, kind: string, colour?: string): void;
}
/** Where a card stands. */
interface Place {
  face: HTMLElement;
  /** Draws the last view again. */
  redraw: () => void;
  /** A card's own, called after each drawing: what can only be measured. */
  drawn?: () => void;
}
/** The map as it lies now. */
interface MapProjection {
  figure: any;
  /** CSS px of the map's cell. */
  width: number;
  height: number;
  /** West, east, south, north in metres (EPSG:3857). */
  view: number[];
  /** Metres to px of the cell, and back. */
  at(x: number, y: number): number[];
  under(px: number, py: number): number[];
}
/** static/js/map/over_map.js */
interface OverMap {
  projection(onChange: () => void): MapProjection | null;
  /** Degrees to metres (EPSG:3857). */
  metres(lon: number, lat: number): number[];
  degrees(x: number, y: number): number[];
  move(node: HTMLElement, style: Record<string, string>): void;
  layer(name: string, z: number): HTMLElement | null;
  /** Places boxes (left, top, wide, high) of one layer of texts; returns their tops, moved where they would cover something. */
  room(name: string, map: MapProjection): (left: number, top: number, wide: number, high: number) => [number, number] | null;
}
/** Where the presenter is (static/js/briefing/briefing.js): 0 = the title picture; `played` is the part of a recording, 0 to 1. */
interface BriefingSteps {
  step(): number;
  steps: number;
  isOpen(): boolean;
  played(): number;
  isPlaying(): boolean;
}
/** static/js/wall/wall.js; views are west, east, south, north in metres. */
interface Wall {
  hold(view: number[]): void;
  letGo(): void;
  isReady(): boolean;
  onStar: (() => void) | null;
  name: string;
  /** static/js/wall/wall_face.js: whether the emergency face is shown, what a seat may choose from, and the other one. */
  face?(told: Record<string, any>): boolean;
  choice?(): "routine" | "emergency" | null;
  turn?(): void;
}
/** Who has signed in on a wall (static/js/wall/wall_seat.js). */
interface Seat {
  isIn(): boolean;
  role(): string | null;
  /** null = nobody is in. */
  verbs(): Set<string> | null;
  told(made: Act): string;
  buttons(row: Row, made: Act | null): Offer[];
  press(mark: string, spec: Offer, version?: number): void;
}
/** The list of the queue, as the keyboard uses it (static/esm/desk/desk_queue.js). */
interface DeskList {
  step(by: number): void;
  bulk(made: (Promise<unknown> | null)[], all: number): void;
  marked(): string[];
  leave(): void;
  toggle(): void;
  search(words?: string): void;
  enter(): void;
}
/** What an incident is opened from; {} = a point of the map that is still to be chosen. */
interface LinkageSource {
  case?: string;
  device?: string;
  lon?: number;
  lat?: number;
}
/** static/js/desk/desk.js; `alarm` is static/js/desk/desk_alarm.js's. */
interface Desk {
  selected(): string | null;
  select(mark: string | null): void;
  onSelected(fn: (mark: string | null) => void): () => void;
  act(verb: string, mark: string, version?: number, args?: Record<string, any>, to?: string): Promise<Answer> | null;
  /** What a button says is done; one that needs more than a click opens its sheet. */
  press(mark: string, button: Offer, version?: number): Promise<unknown> | null;
  undo(mark: string): Promise<Answer> | null;
  cast(mark: string | null): Promise<Answer> | null;
  want(mark: string, verb: string): null;
  onWanted(fn: (mark: string, verb: string) => void): () => void;
  versionOf(mark: string): number;
  row(mark: string): any;
  isTold(mark: string): boolean;
  what(row: Row): string;
  isLive(): boolean;
  remember(parts: Record<string, string | null>): void;
  ask: OrderBook["ask"];
  onActs: OrderBook["on"];
  isTyping(event: Event): boolean;
  takeList(list: DeskList): void;
  /** The queue lists what a search finds. */
  search(words: string): void;
  /** Rows that were asked for are everybody's. */
  know(rows: Iterable<[string, Row]>): void;
  /** The incident that has the column of the detail, and the source of the one that is drafted there. */
  incident(): string | null;
  draft(): LinkageSource | null;
  openIncident(id: string | null, draft?: LinkageSource | null): void;
  beginLinkage(source: LinkageSource): void;
  onLinkage(fn: () => void): () => void;
  query: URLSearchParams;
  /** The subject of the wall that this desk shows on. */
  wall: string;
  signOut(): void;
  alarm: {
    take(keys: string[] | null | undefined): void;
    isHeard(): boolean;
    fresh(): string[];
    sounded(): number;
    look(): void;
    on(fn: () => void): void;
  };
}
/** static/js/sound.js */
interface Sound {
  allow(): void;
  /** Whether it is heard. */
  play(tones: number[]): boolean;
  /** As `play`, but once in ten seconds at most. */
  alert(tones: number[]): boolean;
  /** One tone that tells whoever pressed that the page is heard. */
  test(): Promise<void>;
  /** A level rose to Ⅱ or Ⅰ. */
  onLevel(fn: (rank: number) => void): void;
  isHeard(): boolean;
  sounded(): number;
  on(fn: () => void): void;
}
/** static/js/agency/agency.js */
interface Agency {
  arm(): void;
  alarm(): "off" | "armed" | "mute";
  /** What there is of one kind now; what is new, waits and is urgent rings. */
  take(kind: string, rows: { id: string; rings: boolean; reminders: number }[]): void;
  rung(): number;
  on(fn: () => void): void;
}
/** An order that is not answered yet (static/js/field/outbox.js). */
interface Unsent {
  /** The command id. */
  id: string;
  owner: string;
  /** The page that gave it, and its scope. */
  channel: string;
  scope: string;
  subject: string;
  envelope: Envelope;
  /** Photos by the name under which the server takes them: photo, before, after. */
  files: Record<string, Blob[]>;
  /** `Date.now()` of the press, and its number in the page: the order in which they go. */
  born: number;
  no: number;
  /** City time of the press, ISO 8601. */
  at: string;
  state: "pending" | "unsent" | "refused" | "done";
  /** "sign_in" = the server asks who it is. */
  why: string;
  answer: Answer | null;
  /** Whether the browser keeps it when the page is closed. */
  isKept?: boolean;
}
interface Outbox {
  send(verb: string, subject: string, version: number, args: Record<string, any>, files?: Record<string, Blob[]>): Promise<void>;
  of(subject: string): Unsent | null;
  isDone(subject: string): boolean;
  waiting(): Unsent[];
  others(): number;
  photos(one: Unsent): number;
  version(subject: string): number;
  count(): number;
  isKept(): boolean;
  isSignedOut(): boolean;
  again(): void;
  drop(subject: string): void;
  on(fn: () => void): void;
}
/** A patrol that is under way (static/esm/field/field_patrol.js), kept on the phone; `born` and `heard` are `Date.now()`. */
interface Patrol {
  id: string;
  owner: string;
  born: number;
  heard: number;
  points: { lon: number; lat: number; at: string; accuracy_m: number }[];
}
/** Where the phone is (static/js/field/field.js), WGS84; `at` is `Date.now()`. */
interface Here {
  state: "asking" | "known" | "refused" | "none";
  lon: number;
  lat: number;
  accuracy: number;
  at: number;
}
interface Field {
  here(): Here;
  /** Ask the phone again where it is. */
  locate(): void;
  /** Metres from here to a place, null = either is unknown. */
  metresTo(lon: number | null, lat: number | null): number | null;
  /** Since when the page hears nothing of its server (`Date.now()`), null = it hears it. */
  offlineSince(): number | null;
  on(fn: () => void): void;
}
/** The page's own interface, `window.citywall` (static/js/live.js); later scripts add their part. */
/** Heat over the map (heat_map.js). What a pressed place says is layers/fields/heat_cell.py's. */
interface HeatCell {
  radius_m: number;
  count: number;
  worst: "" | "normal" | "urgent" | "critical";
  overdue: number;
  limited: number;
  span_s: number;
  new: number | null;
  before: number | null;
}
interface HeatPress {
  lon: number;
  lat: number;
  state: "asked" | "told" | "failed";
  cell: HeatCell | null;
}
interface HeatMap {
  press(px: number, py: number): void;
  pressed(): HeatPress | null;
  close(): void;
}
interface City {
  /** The chosen heat, `<kind>.<window>`; "" = the density of cases within the last hour. */
  heat(): string;
  chooseHeat(choice: string): void;
  /** Whether a source of a figure is drawn by somebody else now. */
  holds?(source: string): boolean;
  heatMap?: HeatMap;
  manyMarks?: {
    /** Sets `frame.pictures` where the picture that came with it is not of a figure's view. */
    fit(key: string, frame: Frame): Promise<void>;
    /** Tells what mark of a picture is under a point of the map, px. */
    press(px: number, py: number): Promise<void>;
  };
  on(key: string, fn: (view?: View) => void): () => void;
  tell(key: string): void;
  state(): Record<string, unknown>;
  say: Say;
  mend: Mend;
  page: PageData;
  sheet: CSSStyleSheet;
  broken(key: string, error: unknown): void;
  sessionAnswered(): void;
  /** A Bokeh figure once it is laid out. */
  figure(key: string): any;
  /** Epoch seconds by the server's machine clock; NaN before the first beat. */
  machine(): number;
  city(): number;
  toCity(epoch: number): number;
  /** Which lost sources are still counted, in words; "" = none. */
  gaps(list?: [string, number | null][]): string;
  words(key: string): string | undefined;
  session(): "new" | "live" | "lost";
  hello(): Hello | null;
  beat(): Beat | null;
  card(key: string): View | undefined;
  frame(key: string): Frame | undefined;
  // Pages with cases (rows.js, over_map.js, orders.js)
  rows: {
    count(total: number): string;
    places(total: number | null | undefined, rows: number | null | undefined): string;
    until(row: Row): number | null;
    /** The words, and the colour of the time if it has one. */
    time(row: Row, now: number): [string, string | null];
    second(row: Row, now: number): string;
    seconds(row: Row, now: number): { first: string; more: string[]; last: string };
    holder(code: string): string;
    LEVELS: string[];
  };
  overMap: OverMap;
  get orders(): Orders;
  set orders(given: OrderBook);
  // The visitors' page (briefing.js)
  briefing: BriefingSteps;
  // A wall (wall.js, wall_shown.js, wall_seat.js)
  wall: Wall;
  locked?(): boolean;
  unlock?(): void;
  shown?(): Row | null;
  seat?: Seat;
  sound: Sound;
  // The pages of agencies, streets and of the field (agency.js, outbox.js, field.js)
  agency: Agency;
  outbox: Outbox;
  field: Field;
  // The leader's page (leader.js, leader_handover.js)
  leader: {
    /** What its person saw last, null on their first look. */
    look(): { at: number; figures: Record<string, number> } | null;
    isKnown(): boolean;
    /** What is shown now is known to its reader. */
    seen(): Promise<void>;
    on(fn: () => void): () => void;
    openHandover?(): void;
  };
  // A page with keys of its cards (keys.js); the entry form of the duty log (duty_entry.js)
  keys: { on(key: string, fn: (event: KeyboardEvent) => void): () => void };
  dutyEntry?: { open(entry: { position: number; kind: string; text: string; refs: string[] } | null): void };
  /** Opens the card of response levels, at one of its steps (static/esm/desk/desk_level.js). */
  deskLevel?: { open(step: string): void };
  // A desk (desk.js, desk_alarm.js, desk_map.js)
  get desk(): Desk;
  set desk(given: Omit<Desk, "alarm">);
  deskMap?: any;
  deskScreening?: { open(is?: boolean): void };
  /** static/esm/desk/desk_alarms.js */
  deskAlarms?: { open(): void };
  /** Whether a place is wanted that a click on the map gives (static/esm/desk/desk_linkage.js). */
  deskPlace?: { wants(): boolean; put(lon: number, lat: number): void };
}

/** A component's model in the browser, as Panel gives it; messages go through the page's session. */
interface PanelModel {
  /** What layouts/cards/component.py tells. */
  card: string;
  module: string;
  on(event: string, fn: (message?: any) => void): void;
  send_msg(message: object): void;
}
interface Component {
  model: PanelModel;
  el: HTMLElement;
}

interface Window {
  get citywall(): City;
  /** live.js begins it, later scripts add what is theirs. */
  set citywall(given: Partial<City>);
  citywallMend: Mend;
  citywallFrames(tell: (key: string) => void): {
    all: Map<string, Frame>;
    take(buffer: ArrayBuffer): void;
    redraw(): void;
    makeParts(): Promise<void>;
  };
  citywallGrammar(words: Record<string, string>, zone: string): Say;
  /** What a phone remembers while it has no network (static/js/field/phone_memory.js). */
  citywallPhone: { get(name: string): Promise<any>; put(name: string, value: unknown): Promise<void> };
  Bokeh?: any;
}
interface EventTarget {
  /** Where an event began may be an element. */
  matches?: any;
}
interface Node {
  /** What a button means now, see `press`. */
  citywallSpec?: any;
  citywallParts?: Map<string, any>;
  citywallRows?: Map<string, any>;
  citywallShape?: string;
  citywallTold?: string;
}
