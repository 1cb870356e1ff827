// Shows marks from street zoom on only. Arguments: figure, marks (a renderer), most (metres in a CSS px).
// Nothing is told to the server: how near one is belongs to the page.
const width = figure.properties.inner_width.is_unset ? 0 : figure.inner_width
const is_near = width > 0 && (figure.x_range.end - figure.x_range.start) / width <= most
if (marks.visible !== is_near) {
  marks.setv({visible: is_near}, {sync: false})
}
