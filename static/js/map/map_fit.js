// Keeps both scales of a map equal when its place changes size. The view that the page opened with
// follows the size; a view that a person or the view lock has set keeps its middle and its height.
// Arguments: figure; home = [west, south, east, north] and street = the southernmost street, in metres; below = the
// least room below it in px. Nothing is told to the server.
const width = figure.inner_width
const height = figure.inner_height
if (width > 0 && height > 0) {
  const x = figure.x_range
  const y = figure.y_range
  const last = x.tags[0]
  const moved = last != null && (last[0] !== x.start || last[1] !== x.end || last[2] !== y.start || last[3] !== y.end)
  const [west, south, east, north] = moved ? [x.start, y.start, x.end, y.end] : home
  const scale = moved ? (north - south) / height : Math.max((east - west) / width, (north - south) / height, (north - street) / Math.max(1, height - below))
  const [middle_x, middle_y] = [(west + east) / 2, (south + north) / 2]
  const start_x = middle_x - scale * width / 2
  const end_x = middle_x + scale * width / 2
  const centred_y = middle_y - scale * height / 2
  const start_y = moved ? centred_y : Math.min(centred_y, street - scale * below)
  const end_y = start_y + scale * height
  x.setv({start: start_x, end: end_x, tags: [[start_x, end_x, start_y, end_y]]}, {sync: false})
  y.setv({start: start_y, end: end_y}, {sync: false})
}
